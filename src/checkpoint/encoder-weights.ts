import { CheckpointError } from '../errors/index.ts'
import {
  type EncoderConfig,
  familyOf,
  isNumberType,
  type Weight,
  type WeightMap,
} from '../model/index.ts'

/**
 * The encoder's weights out of all a folder stores: names without prefix, LayerNorms of the oldest
 * checkpoints (gamma, beta) renamed, heads and poolers left out.
 * @throws CheckpointError for a weight that is missing, has the wrong shape or is quantized.
 */
export function encoderWeights(
  stored: WeightMap,
  config: EncoderConfig,
  folder: string,
): WeightMap {
  const family = familyOf(config)
  const { table } = family.names
  const prefix = family.prefixes.find((candidate) => stored.has(candidate + table))
  if (prefix === undefined) {
    const some = [...stored.keys()].slice(0, 3).join(', ')
    throw new CheckpointError(
      'checkpoint-weight-missing',
      `${folder} has no weight ${table}, so it holds no ${family.name} encoder; it holds ${some} …`,
      { facts: { folder, name: table } },
    )
  }
  const named = new Map<string, Weight>()
  for (const [name, weight] of stored) {
    if (name.startsWith(prefix)) named.set(modernName(name.slice(prefix.length)), weight)
  }
  const weights = new Map<string, Weight>()
  // One by one: the first that is missing ends a list that is as long as config.json likes.
  for (const [name, axes] of family.weightShapes(config)) {
    const shape = axes.map(({ size }) => size)
    weights.set(name, requireWeight(named, name, shape))
  }
  return weights

  function requireWeight(map: WeightMap, name: string, shape: readonly number[]): Weight {
    const weight = map.get(name)
    if (!weight) throw missingWeight(folder, name, shape)
    if (!sameShape(weight.shape, shape)) throw wrongShape(folder, { ...weight, name }, shape)
    if (!isNumberType(weight.type)) throw quantized(folder, { ...weight, name })
    return { ...weight, name }
  }
}

function modernName(name: string): string {
  return name
    .replace(/LayerNorm\.gamma$/, 'LayerNorm.weight')
    .replace(/LayerNorm\.beta$/, 'LayerNorm.bias')
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis])
}

function missingWeight(folder: string, name: string, shape: readonly number[]): CheckpointError {
  return new CheckpointError(
    'checkpoint-weight-missing',
    `${folder} has no weight ${name} [${shape.join(',')}], which its config.json asks for`,
    { facts: { folder, name, expected: shape } },
  )
}

function quantized(folder: string, { name, type }: Weight): CheckpointError {
  return new CheckpointError(
    'checkpoint-weight-type',
    `in ${folder} the weight ${name} is ${type}; expected floating-point numbers, not a ` +
      'quantized model',
    { facts: { folder, name, type } },
  )
}

function wrongShape(
  folder: string,
  { name, shape }: Weight,
  expected: readonly number[],
): CheckpointError {
  return new CheckpointError(
    'checkpoint-weight-shape',
    `in ${folder} the weight ${name} is [${shape.join(',')}], but config.json makes it ` +
      `[${expected.join(',')}]; the folder mixes files of two models`,
    { facts: { folder, name, expected, found: shape } },
  )
}

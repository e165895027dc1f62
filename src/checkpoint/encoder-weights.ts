import { CheckpointError } from '../errors/index.ts'
import type { BertConfig } from './bert-config.ts'
import { isNumberType, type Weight, type WeightMap } from './weight.ts'

/** What model classes and wrappers put in front of the encoder's own names. */
const PREFIXES = ['', 'bert.', 'roberta.', 'model.', '0.auto_model.', 'auto_model.']
const MARKER = 'embeddings.word_embeddings.weight'

/**
 * The encoder's weights out of all a folder stores: names without prefix, LayerNorms of the oldest
 * checkpoints (gamma, beta) renamed, heads and poolers left out.
 * @throws CheckpointError for a weight that is missing, has the wrong shape or is quantized.
 */
export function encoderWeights(stored: WeightMap, config: BertConfig, folder: string): WeightMap {
  const prefix = PREFIXES.find((candidate) => stored.has(candidate + MARKER))
  if (prefix === undefined) {
    const some = [...stored.keys()].slice(0, 3).join(', ')
    throw new CheckpointError(
      'checkpoint-weight-missing',
      `${folder} has no weight ${MARKER}, so it holds no BERT encoder; it holds ${some} …`,
      { facts: { folder, name: MARKER } },
    )
  }
  const named = new Map<string, Weight>()
  for (const [name, weight] of stored) {
    if (name.startsWith(prefix)) named.set(modernName(name.slice(prefix.length)), weight)
  }
  const weights = new Map<string, Weight>()
  // One by one: the first that is missing ends a list that is as long as config.json likes.
  for (const [name, shape] of expectedShapes(config)) {
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

/** Every weight of the encoder with its shape. Linear layers are [out, in], as PyTorch has them. */
function* expectedShapes(config: BertConfig): Generator<readonly [string, readonly number[]]> {
  const { hiddenSize: hidden, intermediateSize: inner } = config
  yield ['embeddings.word_embeddings.weight', [config.vocabularySize, hidden]]
  yield ['embeddings.position_embeddings.weight', [config.maxPositions, hidden]]
  yield ['embeddings.token_type_embeddings.weight', [config.typeVocabularySize, hidden]]
  yield* norm('embeddings.LayerNorm', hidden)
  for (let layer = 0; layer < config.layers; layer += 1) {
    const name = `encoder.layer.${layer}`
    for (const part of ['query', 'key', 'value']) {
      yield* linear(`${name}.attention.self.${part}`, hidden, hidden)
    }
    yield* linear(`${name}.attention.output.dense`, hidden, hidden)
    yield* norm(`${name}.attention.output.LayerNorm`, hidden)
    yield* linear(`${name}.intermediate.dense`, inner, hidden)
    yield* linear(`${name}.output.dense`, hidden, inner)
    yield* norm(`${name}.output.LayerNorm`, hidden)
  }
}

function* linear(name: string, out: number, into: number) {
  yield [`${name}.weight`, [out, into]] as const
  yield [`${name}.bias`, [out]] as const
}

function* norm(name: string, size: number) {
  yield [`${name}.weight`, [size]] as const
  yield [`${name}.bias`, [size]] as const
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

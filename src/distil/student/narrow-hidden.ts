import {
  type AxisRole,
  type Checkpoint,
  familyOf,
  type ModuleSpec,
  readWeight,
  readWeightBytes,
  type Weight,
} from '../../checkpoint/index.ts'
import { InputError } from '../../errors/index.ts'
import type { Matrix } from '../../similarity/index.ts'

/**
 * A model of a narrower hidden size, to begin distilling from: it keeps the hidden components that
 * vary most, and of each layer as many attention heads, of the same size, as have room: those with
 * the largest value weights. All that is kept is taken over as it is stored; the inner size stays.
 * At the full size it is the model itself; below, it has to be distilled before it is of use.
 *
 * Components are chosen, not mixed by principal components: layer normalization scales component by
 * component, and a rotated model is no longer near its teacher (e5-small-zh at 352 of 384, rank
 * correlation of the cosines of 74 texts with the teacher's: 0.13 rotated, 0.86 chosen).
 *
 * Source: after Muralidharan et al. 2024 (arXiv 2407.14679, Minitron), who rank components by what
 * LayerNorm gives; here it is the variance of the last layer's.
 *
 * @param states the model's token vectors [N,H] of typical texts
 * @throws InputError for a size that its heads do not divide, or states of another width.
 */
export async function narrowHidden(
  checkpoint: Checkpoint,
  states: Matrix,
  size: number,
): Promise<Checkpoint> {
  const { config } = checkpoint
  const headSize = config.hiddenSize / config.heads
  requireSize(checkpoint, states, size)
  const family = familyOf(config)
  const axes = new Map(family.weightShapes(config))
  const heads = size / headSize
  const components = mostVarying(states, size)
  const weights = new Map<string, Weight>()
  for (const [name, weight] of checkpoint.weights) {
    const kept = await keptHeads(checkpoint, name, { heads, headSize })
    const indexes: Partial<Record<AxisRole, readonly number[]>> = { hidden: components, ...kept }
    const [rows, columns] = (axes.get(name) ?? []).map(({ role }) => indexes[role])
    weights.set(name, await gathered(weight, rows, columns))
  }
  return {
    ...checkpoint,
    config: {
      ...config,
      hiddenSize: size,
      heads,
      raw: { ...config.raw, hidden_size: size, num_attention_heads: heads },
    },
    weights,
    modules: await narrowModules(checkpoint, components),
  }
}

/** Rows or columns that stay; undefined: all of them. */
type Indices = readonly number[] | undefined

/** The components of the largest variance, ascending; the first of equal ones. */
function mostVarying({ data, rows, dimensions }: Matrix, size: number): number[] {
  const variance = Array.from({ length: dimensions }, (_, component) => {
    let sum = 0
    let squares = 0
    for (let row = 0; row < rows; row += 1) {
      const x = data[row * dimensions + component] ?? 0
      sum += x / rows
      squares += (x * x) / rows
    }
    return squares - sum * sum
  })
  return largest(variance, size)
}

function largest(values: readonly number[], count: number): number[] {
  const order = [...values.keys()].sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b)
  return order.slice(0, count).sort((a, b) => a - b)
}

/** The rows of the heads that stay in the layer of a weight: those whose outputs weigh most. */
async function keptHeads(
  { config, weights }: Checkpoint,
  name: string,
  { heads, headSize }: { readonly heads: number; readonly headSize: number },
): Promise<{ readonly heads?: readonly number[] }> {
  const { layer, value: valueName } = familyOf(config).names
  if (!name.startsWith(layer)) return {}
  const index = name.slice(layer.length).split('.')[0]
  const value = weights.get(`${layer}${index}.${valueName}.weight`)
  if (!value) return {}
  const numbers = await readWeight(value)
  const perHead = headSize * (value.shape[1] ?? 1)
  const norms = Array.from({ length: numbers.length / perHead }, (_, head) =>
    numbers.subarray(head * perHead, (head + 1) * perHead).reduce((sum, x) => sum + x * x, 0),
  )
  const kept = largest(norms, heads).flatMap((head) =>
    Array.from({ length: headSize }, (_, row) => head * headSize + row),
  )
  return { heads: kept }
}

/** Some rows and columns of a weight [R,C], or elements of one [R], as they are stored. */
async function gathered(weight: Weight, rows: Indices, columns: Indices): Promise<Weight> {
  if (!rows && !columns) return weight
  const [height = 1, width = 1] = weight.shape
  const stored = await readWeightBytes(weight)
  const step = stored.byteLength / (height * width)
  const across = weight.shape.length === 1 ? [0] : (columns ?? [...Array(width).keys()])
  const down = rows ?? [...Array(height).keys()]
  const bytes = new Uint8Array(down.length * across.length * step)
  let offset = 0
  for (const row of down) {
    for (const column of across) {
      const from = (row * width + column) * step
      for (let byte = 0; byte < step; byte += 1) bytes[offset++] = stored[from + byte] ?? 0
    }
  }
  const shape = weight.shape.length === 1 ? [down.length] : [down.length, across.length]
  return { ...weight, shape, data: { bytes } }
}

/** A Dense behind the pooling reads the components that stay, of each of its modes. */
async function narrowModules(
  { config, modules }: Checkpoint,
  components: readonly number[],
): Promise<ModuleSpec[]> {
  const [pooling, second, ...rest] = modules
  if (pooling?.kind !== 'pooling' || second?.kind !== 'dense') return [...modules]
  const inputs = pooling.modes.flatMap((_, mode) =>
    components.map((component) => mode * config.hiddenSize + component),
  )
  const weight = await gathered(second.weight, undefined, inputs)
  return [pooling, { ...second, inFeatures: inputs.length, weight }, ...rest]
}

function requireSize({ config }: Checkpoint, states: Matrix, size: number): void {
  const { hiddenSize, heads } = config
  const family = familyOf(config)
  if (family.names.value === undefined) {
    throw new InputError(
      'distil-hidden-size',
      `an encoder of the family ${family.name} cannot be made narrower; begin with one of BERT's, or ` +
        'keep the hidden size',
      { facts: { family: family.name } },
    )
  }
  const headSize = hiddenSize / heads
  const isMultiple = Number.isInteger(size / headSize) && size > 0 && size <= hiddenSize
  if (isMultiple && states.dimensions === hiddenSize && states.rows > 0) return
  throw new InputError(
    'distil-hidden-size',
    `a hidden size of ${size} and states of ${states.dimensions} were given; expected a multiple of ` +
      `${headSize}, the size of a head, up to ${hiddenSize}, and states of ${hiddenSize}`,
    { facts: { hiddenSize, headSize, size, states: states.dimensions } },
  )
}

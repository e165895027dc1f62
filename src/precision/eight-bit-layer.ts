import { type Checkpoint, type RangeReader, weightBytes } from '../checkpoint/portable.ts'
import { CheckpointError } from '../errors/index.ts'
import type { Graph, Value } from '../graph/index.ts'
import {
  multiply,
  type QuantizedTensor,
  quantize,
  quantizedProduct,
  scalar,
} from '../graph/operations.ts'
import { familyOf, type LinearLayer } from '../model/index.ts'
import type { ActivationRanges, ColumnRanges } from './activation-ranges.ts'
import { type EightBitWeight, WeightMemory } from './eight-bit-weight.ts'

/** How much of a column's magnitude moves from the input to the weight; 0 is nothing, 1 all of it. */
const SMOOTHING = 0.7

/** A column that was never more than this is not scaled up to the others. */
const SMALLEST = 1e-5

/** What float16 can hold: no encoder that is run in it goes beyond. */
const LARGEST_ACTIVATION = 65_504

/** A linear layer in 8 bits. */
interface EightBitLayer {
  readonly shape: readonly [outputs: number, inputs: number]
  readonly weight: EightBitWeight
  /** The input is (value - zeroPoint) · step, after its columns were multiplied by `factors` [I]. */
  readonly step: number
  readonly zeroPoint: number
  readonly factors: Float32Array<ArrayBuffer> | undefined
}

/**
 * The linear layers of a model as products of whole numbers: weights by a scale for each output,
 * the input by one scale and zero point for each layer (Jacob et al. 2018), which are the same for
 * every text: a text's vector does not depend on its company.
 *
 * Into the layers of the feed-forward network go a few columns that are many times larger than
 * the others and would leave those no bits. Their magnitude is moved into the weights first:
 * x_j / s_j and W_j · s_j with s_j = max|x_j|^α / max|W_j|^(1-α) (Xiao et al. 2023, SmoothQuant).
 * α = 0.7 kept the most of the shipped student's vectors; 0.5, the paper's, much less.
 */
export async function eightBitLayers(
  checkpoint: Checkpoint,
  ranges: ActivationRanges,
  read: RangeReader,
): Promise<LinearLayer> {
  const memory = new WeightMemory()
  const layers = new Map<string, EightBitLayer>()
  for (const [prefix, columns] of ranges) {
    layers.set(prefix, await eightBitLayer(prefix, columns, { checkpoint, read, memory }))
  }
  const inputs = new Map<Value, QuantizedTensor>()
  return (rows, weights) => {
    const layer = layers.get(weights.prefix)
    if (!layer) throw unfit(checkpoint, `it has none for ${weights.prefix}`)
    // Query, key and value are made of the same rows, by the same scale; where columns are scaled, each
    // layer has its own.
    const quantized = (layer.factors ? undefined : inputs.get(rows)) ?? quantizedInput(rows, layer)
    if (!layer.factors) inputs.set(rows, quantized)
    return quantizedProduct(
      quantized,
      quantizedWeight(rows.graph, weights.prefix, layer),
      weights.optional('bias'),
    )
  }
}

interface Conversion {
  readonly checkpoint: Checkpoint
  readonly read: RangeReader
  readonly memory: WeightMemory
}

async function eightBitLayer(
  prefix: string,
  columns: ColumnRanges,
  { checkpoint, read, memory }: Conversion,
): Promise<EightBitLayer> {
  const stored = checkpoint.weights.get(`${prefix}weight`)
  const [outputs = 0, inputs = 0] = stored?.shape ?? []
  if (!stored || columns.smallest.length !== inputs) {
    throw unfit(checkpoint, `it has ${columns.smallest.length} columns for ${prefix}weight`)
  }
  requireActivationRanges(columns, { folder: checkpoint.folder, prefix })
  const shape = [outputs, inputs] as const
  memory.load(await weightBytes(stored, read), stored.type, shape)
  const divisors = isFeedForward(checkpoint, prefix)
    ? columnDivisors(memory.columnAbsmax(), columns)
    : undefined
  const divided = (values: Float32Array) => values.map((value, i) => value / (divisors?.[i] ?? 1))
  const smallest = divided(columns.smallest).reduce((least, value) => Math.min(least, value), 0)
  const largest = divided(columns.largest).reduce((most, value) => Math.max(most, value), 0)
  const step = (largest - smallest) / 255 || 1
  return {
    shape,
    weight: memory.quantize(divisors),
    step,
    zeroPoint: Math.round(-smallest / step),
    factors: divisors?.map((divisor) => 1 / divisor),
  }
}

interface LayerLocation {
  readonly folder: string
  /** What stands before the names of its weights. */
  readonly prefix: string
}

/**
 * Requires ranges that whole numbers can be laid over: finite, from 0 or less to 0 or more in each
 * column, as `measureColumnRanges` finds them, and not 0 alone in all.
 * @throws CheckpointError naming the first column that is not.
 */
function requireActivationRanges({ smallest, largest }: ColumnRanges, layer: LayerLocation): void {
  const wrong = smallest.findIndex((low, column) => {
    const high = largest[column] ?? Number.NaN
    return !(low >= -LARGEST_ACTIVATION && low <= 0 && high >= 0 && high <= LARGEST_ACTIVATION)
  })
  if (wrong >= 0) {
    throw unusable(layer, `column ${wrong} from ${smallest[wrong]} to ${largest[wrong]}`)
  }
  if (smallest.every((low) => low === 0) && largest.every((high) => high === 0)) {
    throw unusable(layer, 'nothing but zeros')
  }
}

function unusable({ folder, prefix }: LayerLocation, what: string): CheckpointError {
  return new CheckpointError(
    'checkpoint-ranges',
    `the activation ranges of ${folder} cannot be used, they have ${what} for ${prefix}weight: expected ` +
      `numbers from -${LARGEST_ACTIVATION} to ${LARGEST_ACTIVATION}, around 0; make them again with yuju quantize`,
    { facts: { folder, prefix, what } },
  )
}

function isFeedForward({ config }: Checkpoint, prefix: string): boolean {
  return familyOf(config).names.feedForward.some((name) => prefix.endsWith(`.${name}.`))
}

/** s_j of each column, from its absmax in the weight. */
function columnDivisors(
  ofWeight: Float32Array,
  { smallest, largest }: ColumnRanges,
): Float32Array<ArrayBuffer> {
  return smallest.map((low, input) => {
    const ofInput = Math.max(SMALLEST, -low, largest[input] ?? 0)
    return ofInput ** SMOOTHING / Math.max(SMALLEST, ofWeight[input] ?? 0) ** (1 - SMOOTHING)
  })
}

function quantizedInput(rows: Value, { step, zeroPoint, factors }: EightBitLayer): QuantizedTensor {
  const { graph } = rows
  const scaled = factors ? multiply(rows, constant(graph, factors)) : rows
  return quantize(scaled, [scalar(graph, step), scalar(graph, zeroPoint, 'uint8')])
}

function quantizedWeight(
  graph: Graph,
  prefix: string,
  { shape, weight }: EightBitLayer,
): QuantizedTensor {
  const [outputs, inputs] = shape
  const type = { type: 'int8', shape: [inputs, outputs] } as const
  return {
    values: graph.initializer(`${prefix}weight_quantized`, type, { bytes: weight.values }),
    scale: constant(graph, weight.scale),
  }
}

function constant(graph: Graph, values: Float32Array<ArrayBuffer>): Value {
  const bytes = new Uint8Array(values.buffer)
  return graph.initializer('constant', { type: 'float32', shape: [values.length] }, { bytes })
}

function unfit({ folder }: Checkpoint, what: string): CheckpointError {
  return new CheckpointError(
    'checkpoint-ranges',
    `the ranges of ${folder} are those of another model: ${what}; make them again with yuju quantize`,
    { facts: { folder } },
  )
}

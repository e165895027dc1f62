import type { Checkpoint } from '../checkpoint/portable.ts'
import type { Graph, Value } from '../graph/index.ts'
import { concat, reduceMax, reduceMin } from '../graph/operations.ts'
import {
  excludesPrompt,
  floatLayer,
  GRAPH_NAMES,
  type LinearLayer,
  sentenceGraph,
} from '../model/index.ts'
import type { Session, Tensor } from '../runtime/portable.ts'
import type { Encoding } from '../tokenizer/index.ts'

/** The smallest and largest value of each column [I] of a linear layer's input. */
export interface ColumnRanges {
  readonly smallest: Float32Array<ArrayBuffer>
  readonly largest: Float32Array<ArrayBuffer>
}

/** By what stands before the names of the layer's weights. */
export type ActivationRanges = ReadonlyMap<string, ColumnRanges>

const OUTPUT = 'ranges'

/**
 * The ranges of the inputs of each linear layer of a model while it encodes some texts.
 * @param texts their tokens; of a cross-encoder those of pairs
 */
export async function measureColumnRanges(
  checkpoint: Checkpoint,
  texts: readonly Pick<Encoding, 'ids' | 'typeIds'>[],
  openSession: (graph: Graph) => Promise<Session>,
): Promise<ActivationRanges> {
  const inputs = new Map<string, Value>()
  const linear: LinearLayer = (rows, weights) => {
    inputs.set(weights.prefix, rows)
    return floatLayer(rows, weights)
  }
  const segments = checkpoint.crossEncoder?.segments ?? false
  const graph = sentenceGraph(checkpoint, { operators: 'fused', segments, linear })
  const measured = [...new Set(inputs.values())]
  const extremes = measured.flatMap((rows) => [reduceMin(rows, 0), reduceMax(rows, 0)])
  graph.output(OUTPUT, concat(extremes, 0))
  const session = await openSession(graph)
  try {
    const ranges = new Map(measured.map((rows) => [rows, emptyRanges(rows)]))
    // One by one: there is no padding then, which is no text's.
    for (const text of texts) {
      const { data } = await session.run(textInputs(text, checkpoint), OUTPUT)
      takeExtremes(data as Float32Array, [...ranges.values()])
    }
    const entries = [...inputs].map(([prefix, rows]) => [prefix, ranges.get(rows)] as const)
    return new Map(entries.flatMap(([prefix, range]) => (range ? [[prefix, range]] : [])))
  } finally {
    await session.dispose()
  }
}

function emptyRanges({ shape }: Value): ColumnRanges {
  const columns = Number(shape[1])
  return { smallest: new Float32Array(columns), largest: new Float32Array(columns) }
}

function textInputs(
  { ids, typeIds }: Pick<Encoding, 'ids' | 'typeIds'>,
  checkpoint: Checkpoint,
): Record<string, Tensor> {
  const matrix = (data: BigInt64Array): Tensor => ({ type: 'int64', dims: [1, ids.length], data })
  const ones = new BigInt64Array(ids.length).fill(1n)
  return {
    [GRAPH_NAMES.ids]: matrix(BigInt64Array.from(ids, BigInt)),
    [GRAPH_NAMES.mask]: matrix(ones),
    ...(excludesPrompt(checkpoint) ? { [GRAPH_NAMES.poolingMask]: matrix(ones.slice()) } : {}),
    ...(checkpoint.crossEncoder?.segments
      ? { [GRAPH_NAMES.typeIds]: matrix(BigInt64Array.from(typeIds, BigInt)) }
      : {}),
  }
}

function takeExtremes(data: Float32Array, ranges: readonly ColumnRanges[]): void {
  let offset = 0
  for (const { smallest, largest } of ranges) {
    const columns = smallest.length
    for (let column = 0; column < columns; column += 1) {
      const [low = 0, high = 0] = [data[offset + column], data[offset + columns + column]]
      smallest[column] = Math.min(smallest[column] ?? 0, low)
      largest[column] = Math.max(largest[column] ?? 0, high)
    }
    offset += 2 * columns
  }
}

import { type Checkpoint, readWeight } from '../../src/checkpoint/index.ts'
import { batchTensors } from '../../src/encoder/batch-tensors.ts'
import {
  createLocalSession,
  type LocalSession,
  placeWeights,
  type Tensor,
} from '../../src/runtime/index.ts'
import { createTokenizer } from '../../src/tokenizer/index.ts'
import type { Example } from '../../src/train/data/index.ts'
import { TRAINING_NAMES } from '../../src/train/engine/messages.ts'
import type { Loss } from '../../src/train/losses/index.ts'
import { type TrainingGraph, trainingGraph } from '../../src/train/training-graph.ts'

export interface LossBatch {
  readonly loss: Loss
  readonly examples: readonly Example[]
  /** Vectors the embeddings are to become, one a row. */
  readonly teacher?: readonly (readonly number[])[]
}

export interface WeightGradients {
  readonly loss: number
  /** As large as the weights, row-major. */
  readonly gradients: ReadonlyMap<string, Float32Array>
}

/** The loss of one batch and its gradient with respect to every weight of a model. */
export async function weightGradients(
  checkpoint: Checkpoint,
  batch: LossBatch,
): Promise<WeightGradients> {
  const training = batchGraph(checkpoint, batch)
  const session = await openGraph(training)
  const inputs = { ...(await storedWeights(training)), ...batchInputs(checkpoint, batch) }
  const results = await session.run(inputs, [...training.graph.outputs.keys()])
  await session.dispose()
  return {
    loss: Number(results[TRAINING_NAMES.loss]?.data[0]),
    gradients: new Map(
      training.gradients.map(({ name, shape, sparse }) => {
        const data = float32Of(results[TRAINING_NAMES.gradient(name)])
        if (!sparse) return [name, data]
        return [name, tableOf(shape, data, int64Of(results[TRAINING_NAMES.gradientRows(name)]))]
      }),
    ),
  }
}

/** The graph of a loss on such batches, without dropout; every weight is trained. */
export function batchGraph(checkpoint: Checkpoint, { loss, examples }: LossBatch): TrainingGraph {
  return trainingGraph({
    checkpoint,
    loss,
    columns: examples[0]?.texts.length ?? 0,
    dropout: { hidden: 0, attention: 0 },
    isTrained: () => true,
  })
}

export function openGraph({ graph }: TrainingGraph): Promise<LocalSession> {
  return createLocalSession(placeWeights(graph), { threads: 1, backend: undefined })
}

/** The weights as they are stored, as inputs of the graph. */
export async function storedWeights({ weights }: TrainingGraph): Promise<Record<string, Tensor>> {
  const inputs: Record<string, Tensor> = {}
  for (const { name, shape, stored } of weights) {
    if (!stored) throw new Error(`${name} belongs to no model`)
    inputs[name] = { type: 'float32', dims: shape, data: await readWeight(stored) }
  }
  return inputs
}

/** Tokens, places and targets. */
export function batchInputs(
  { tokenizerFiles }: Checkpoint,
  batch: LossBatch,
): Record<string, Tensor> {
  const tokenizer = createTokenizer(tokenizerFiles)
  const { examples } = batch
  const columns = (examples[0]?.texts ?? []).map((_, column) =>
    examples.map(({ texts }) => texts[column] ?? ''),
  )
  const tokens = columns.flat().map((text) => {
    return { ids: tokenizer.encode(text).ids, promptLength: 0 }
  })
  return {
    ...batchTensors(tokens, { padId: tokenizer.padId, poolingMask: false, segments: false }),
    ...rowInputs(columns.length, examples.length),
    ...targetInputs(batch),
  }
}

/** The texts stand one column after the other. */
function rowInputs(columns: number, examples: number): Record<string, Tensor> {
  const rows = Array.from({ length: columns }, (_, column): [string, Tensor] => {
    const numbers = Array.from({ length: examples }, (_, row) => column * examples + row)
    const data = BigInt64Array.from(numbers, BigInt)
    return [TRAINING_NAMES.rows(column), { type: 'int64', dims: [examples], data }]
  })
  return Object.fromEntries(rows)
}

function targetInputs({ loss, examples, teacher }: LossBatch): Record<string, Tensor> {
  const labels = Float32Array.from(examples, ({ label }) => label ?? Number.NaN)
  const label: Tensor = { type: 'float32', dims: [examples.length], data: labels }
  return {
    ...(loss.label === 'none' ? {} : { [TRAINING_NAMES.target('label')]: label }),
    ...(teacher ? { [TRAINING_NAMES.target('teacher')]: matrix(teacher) } : {}),
  }
}

function matrix(rows: readonly (readonly number[])[]): Tensor {
  const dims = [rows.length, rows[0]?.length ?? 0]
  return { type: 'float32', dims, data: Float32Array.from(rows.flat()) }
}

export function float32Of(tensor: Tensor | undefined): Float32Array {
  if (tensor?.type === 'float32') return tensor.data
  throw new Error('a float32 output is missing')
}

export function int64Of(tensor: Tensor | undefined): BigInt64Array {
  if (tensor?.type === 'int64') return tensor.data
  throw new Error('an int64 output is missing')
}

/** A whole table, from the rows that were picked, which may repeat. */
function tableOf(shape: readonly number[], rows: Float32Array, indices: BigInt64Array) {
  const [height = 0, width = 0] = shape
  const table = new Float32Array(height * width)
  for (const [position, row] of indices.entries()) {
    for (let column = 0; column < width; column += 1) {
      const at = Number(row) * width + column
      table[at] = (table[at] ?? 0) + (rows[position * width + column] ?? 0)
    }
  }
  return table
}

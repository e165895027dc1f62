import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FIXTURES } from '../../test/support/shared.ts'
import { loadCheckpoint, readWeight } from '../checkpoint/index.ts'
import { createLocalSession, placeWeights, type Tensor } from '../runtime/index.ts'
import { cosent } from './losses/index.ts'
import { cachedTrainingGraphs, type TrainingGraph, trainingGraph } from './training-graph.ts'

const checkpoint = await loadCheckpoint(join(FIXTURES, 'variants/relu'))
const OPTIONS = {
  checkpoint,
  loss: cosent(),
  columns: 2,
  dropout: { hidden: 0, attention: 0 },
  isTrained: () => true,
}

function int64(dims: readonly number[], data: readonly number[]): Tensor {
  return { type: 'int64', dims, data: BigInt64Array.from(data, BigInt) }
}

/** Three texts of four tokens, the last of them padded, in two columns of three. */
const BATCH: Readonly<Record<string, Tensor>> = {
  input_ids: int64([3, 4], [2, 8, 9, 3, 2, 12, 14, 3, 2, 20, 3, 0]),
  attention_mask: int64([3, 4], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]),
  'rows.0': int64([3], [0, 1, 2]),
  'rows.1': int64([3], [1, 2, 0]),
  'target.label': { type: 'float32', dims: [3], data: Float32Array.of(0.1, 0.9, 0.4) },
}

async function run(
  graph: TrainingGraph,
  inputs: Readonly<Record<string, Tensor>>,
  outputs: readonly string[],
) {
  const session = await createLocalSession(placeWeights(graph.graph), {
    threads: 1,
    backend: undefined,
  })
  const weights: Record<string, Tensor> = {}
  for (const { name, shape, stored } of graph.weights) {
    if (!stored) throw new Error(`${name} has no numbers`)
    weights[name] = { type: 'float32', dims: shape, data: await readWeight(stored) }
  }
  const results = await session.run({ ...weights, ...inputs }, outputs)
  await session.dispose()
  return results
}

test('every weight is an input, with a gradient; those of the word table are rows', () => {
  const { weights, gradients, targets } = trainingGraph(OPTIONS)
  expect(weights).toHaveLength(checkpoint.weights.size)
  expect(gradients.map(({ name }) => name).sort()).toEqual(weights.map(({ name }) => name).sort())
  const sparse = gradients.filter((gradient) => gradient.sparse).map(({ name }) => name)
  expect(sparse).toEqual(['embeddings.word_embeddings.weight'])
  expect(targets).toEqual([{ name: 'label', shape: ['P'] }])
})

test('weights that are not trained are parts of the graph', () => {
  const isTrained = (name: string) => name.startsWith('encoder.layer.1.')
  const { weights, graph } = trainingGraph({ ...OPTIONS, isTrained })
  expect(weights.every(({ name }) => isTrained(name))).toBe(true)
  const names = graph.initializers.map(({ value }) => value.name)
  expect(names).toContain('encoder.layer.0.output.dense.weight')
})

test('dropout asks for masks of the shapes it drops in', () => {
  const { dropouts } = trainingGraph({ ...OPTIONS, dropout: { hidden: 0.1, attention: 0.2 } })
  const layer = [
    { shape: ['B', 2, 'T', 'T'], rate: 0.2 },
    { shape: ['B*T', 16], rate: 0.1 },
    { shape: ['B*T', 16], rate: 0.1 },
  ]
  expect(dropouts).toMatchObject([{ shape: ['B*T', 16], rate: 0.1 }, ...layer, ...layer])
})

test('three cached graphs give the loss and gradients of the one', async () => {
  const name = 'encoder.layer.0.attention.self.query.weight'
  const whole = await run(trainingGraph(OPTIONS), BATCH, ['loss', `gradient.${name}`])
  const { embed, loss, encoder } = cachedTrainingGraphs(OPTIONS)
  const { input_ids, attention_mask, ...ofLoss } = BATCH
  const texts = { ...(input_ids && attention_mask ? { input_ids, attention_mask } : {}) }
  const { embeddings } = await run(embed, texts, ['embeddings'])
  if (!embeddings) throw new Error('there are no embeddings')
  const second = await run(loss, { ...ofLoss, embeddings }, ['loss', 'upstream'])
  const { upstream } = second
  if (!upstream) throw new Error('there is no upstream gradient')
  const third = await run(encoder, { ...texts, upstream }, [`gradient.${name}`])
  expect(Number(second.loss?.data[0])).toBeCloseTo(Number(whole.loss?.data[0]), 5)
  const expected = Array.from(whole[`gradient.${name}`]?.data ?? [], Number)
  const cached = Array.from(third[`gradient.${name}`]?.data ?? [], Number)
  expect(expected.some((x) => Math.abs(x) > 1e-4)).toBe(true)
  for (const [i, x] of cached.entries()) expect(x).toBeCloseTo(expected[i] ?? Number.NaN, 5)
})

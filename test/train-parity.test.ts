import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadCheckpoint } from '../src/checkpoint/index.ts'
import { attentionRelation, hiddenStates, weightedSum } from '../src/train/losses/index.ts'
import { trainingGraph } from '../src/train/training-graph.ts'
import { distilParity } from './support/distil-parity.ts'
import { GOLDEN_LOSSES } from './support/golden-losses.ts'
import { lossParity } from './support/loss-parity.ts'
import { FIXTURES } from './support/shared.ts'

describe('losses and gradients of a whole model agree with sentence-transformers', () => {
  test.each(GOLDEN_LOSSES)('$name', async (golden) => {
    const parity = await lossParity(golden)
    expect(parity.loss).toBeLessThan(1e-5)
    expect(parity.norm).toBeLessThan(1e-4)
    expect(parity.noise).toBeLessThan(1e-5)
    expect(parity.entry).toBeLessThan(1e-5)
    expect(parity.unmatched).toEqual([])
  })
})

test('five steps of distilling agree with PyTorch, optimizer included', async () => {
  const parity = await distilParity()
  expect(parity.loss).toBeLessThan(1e-4)
  expect(parity.norm).toBeLessThan(1e-4)
  expect(parity.embedding).toBeLessThan(1e-5)
})

test('losses that look inside the encoder fit the graph of a model', async () => {
  const loss = weightedSum([
    { loss: hiddenStates({ pairs: [{ student: 12, teacher: 24 }], teacherSize: 64 }) },
    { loss: attentionRelation({ teacherLayer: 23, teacherSize: 64, heads: 16 }) },
  ])
  const { targets, weights, gradients } = trainingGraph({
    checkpoint: await loadCheckpoint(join(FIXTURES, 'models/tiny-bert-zh')),
    loss,
    columns: 1,
    dropout: { hidden: 0.1, attention: 0.1 },
    isTrained: () => true,
  })
  const names = ['hidden_states.24', 'queries.23', 'keys.23', 'values.23']
  expect(targets).toEqual(names.map((name) => ({ name, shape: ['B', 'T', 64] })))
  const projection = weights.find(({ stored }) => stored === undefined)
  expect(projection).toMatchObject({ name: 'loss.hidden_states.projection', shape: [64, 48] })
  expect(gradients).toHaveLength(weights.length)
})

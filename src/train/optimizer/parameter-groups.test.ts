import { expect, test } from 'vitest'
import { parameterGroups } from './index.ts'

const NAMES = [
  'bert.embeddings.word_embeddings.weight',
  'bert.embeddings.LayerNorm.weight',
  'bert.encoder.layer.0.output.dense.weight',
  'bert.encoder.layer.0.output.dense.bias',
  'bert.encoder.layer.10.output.dense.weight',
  '2_Dense.linear.weight',
]

test('decay spares biases and norms; rates fall from the top layer to the embeddings', () => {
  const groups = parameterGroups(NAMES, { learningRate: 1, weightDecay: 0.1, layerDecay: 0.5 })
  expect(groups).toEqual([
    { names: [NAMES[0]], learningRate: 0.5 ** 11, weightDecay: 0.1 },
    { names: [NAMES[1]], learningRate: 0.5 ** 11, weightDecay: 0 },
    { names: [NAMES[2]], learningRate: 0.5 ** 10, weightDecay: 0.1 },
    { names: [NAMES[3]], learningRate: 0.5 ** 10, weightDecay: 0 },
    { names: [NAMES[4], NAMES[5]], learningRate: 1, weightDecay: 0.1 },
  ])
})

test('without layerDecay there are two groups at one rate', () => {
  expect(parameterGroups(NAMES, { learningRate: 2e-5 })).toEqual([
    { names: [NAMES[0], NAMES[2], NAMES[4], NAMES[5]], learningRate: 2e-5, weightDecay: 0.01 },
    { names: [NAMES[1], NAMES[3]], learningRate: 2e-5, weightDecay: 0 },
  ])
})

test.each([
  { learningRate: -1 },
  { learningRate: Number.NaN },
  { learningRate: 1, weightDecay: -0.1 },
  { learningRate: 1, layerDecay: Number.POSITIVE_INFINITY },
])('refuses %o', (options) => {
  expect(() => parameterGroups(NAMES, options)).toThrow(/must be a number from 0/)
})

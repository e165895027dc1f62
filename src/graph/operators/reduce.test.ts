import { expect, test } from 'vitest'
import { describeOperations, ROWS, SIX } from '../../../test/support/operation-check.ts'
import { runGraph } from '../../../test/support/run-graph.ts'
import { Graph } from '../graph.ts'
import {
  add,
  argMax,
  expand,
  greater,
  layerNormalization,
  logSoftmax,
  logSumExp,
  reduceL2,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceSum,
  scalar,
  softmax,
  where,
} from '../operations.ts'

function softmaxOf(row: readonly number[]): number[] {
  const powers = row.map(Math.exp)
  const sum = powers.reduce((a, b) => a + b)
  return powers.map((power) => power / sum)
}

function normalised(row: readonly number[]): number[] {
  const mean = row.reduce((a, b) => a + b) / row.length
  const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / row.length
  return row.map((x) => ((x - mean) / Math.sqrt(variance + 0.5)) * 2 + 1)
}

describeOperations([
  {
    name: 'reduceMax',
    build: (x) => reduceMax(x, 1),
    shape: ['B'],
    expected: [2, 3.5],
  },
  {
    name: 'reduceSum',
    build: (x) => reduceSum(x, [0, 1]),
    shape: [],
    expected: [SIX.reduce((a, b) => a + b)],
  },
  {
    name: 'reduceMean',
    build: (x) => reduceMean(x, 0, { keep: true }),
    shape: [1, 3],
    expected: [-0.125, 1.125, -0.25],
  },
  {
    name: 'reduceMin',
    build: (x) => reduceMin(x, 1),
    shape: ['B'],
    expected: [-1.25, -2.5],
  },
  {
    name: 'logSumExp',
    build: (x) => logSumExp(add(x, 1000), 1),
    shape: ['B'],
    expected: ROWS.map((row) => 1000 + Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0))),
    digits: 3,
  },
  {
    name: 'logSumExp',
    build: (x) => {
      const masked = where(greater(x, 0), x, -3.4e38)
      return logSumExp(masked, 1)
    },
    shape: ['B'],
    expected: [Math.log(Math.exp(0.5) + Math.exp(2)), 3.5],
  },
  {
    name: 'logSoftmax',
    build: logSoftmax,
    shape: ['B', 3],
    expected: ROWS.flatMap(softmaxOf).map(Math.log),
  },
  {
    name: 'reduceL2',
    build: (x) => reduceL2(x, 1),
    shape: ['B'],
    expected: ROWS.map((row) => Math.hypot(...row)),
  },
  {
    name: 'softmax',
    build: softmax,
    shape: ['B', 3],
    expected: ROWS.flatMap(softmaxOf),
  },
  {
    name: 'layerNormalization',
    build: (x) => {
      const row = (value: number) => expand(scalar(x.graph, value), [3])
      return layerNormalization(x, row(2), row(1), 0.5)
    },
    shape: ['B', 3],
    expected: ROWS.flatMap(normalised),
  },
])

test('argMax finds the first or the last of equals', async () => {
  const graph = new Graph()
  const mask = graph.input('mask', 'int64', ['B', 'T'])
  graph.output('first', argMax(mask, 1))
  graph.output('last', argMax(mask, 1, { last: true }))
  const outputs = await runGraph(graph, {
    mask: { type: 'int64', dims: [2, 4], data: [0, 1, 1, 0, 1, 1, 1, 1] },
  })
  expect(outputs.first?.data).toEqual([1, 0])
  expect(outputs.last?.data).toEqual([2, 3])
})

import { expect, test } from 'vitest'
import { describeOperations, ROWS, SIX_MORE } from '../../../test/support/operation-check.ts'
import { runGraph } from '../../../test/support/run-graph.ts'
import { Graph } from '../graph.ts'
import { linear, matMul, matrixProduct, transpose } from '../operations.ts'

describeOperations([
  {
    name: 'matMul',
    build: (x, y) => matMul(x, transpose(y, [1, 0])),
    shape: ['B', 'B'],
    expected: ROWS.flatMap((row) =>
      [SIX_MORE.slice(0, 3), SIX_MORE.slice(3)].map((other) =>
        row.reduce((sum, x, i) => sum + x * (other[i] ?? 0), 0),
      ),
    ),
  },
  {
    name: 'matrixProduct',
    build: (x, y) => matrixProduct(x, y, { transA: true, alpha: 2 }),
    shape: [3, 3],
    expected: [0, 1, 2].flatMap((i) =>
      [0, 1, 2].map(
        (j) =>
          2 * ROWS.reduce((sum, row, r) => sum + (row[i] ?? 0) * (SIX_MORE[3 * r + j] ?? 0), 0),
      ),
    ),
  },
])

test('linear is x·Wᵀ + b', async () => {
  const graph = new Graph()
  const x = graph.input('x', 'float32', ['B', 3])
  const weight = graph.input('weight', 'float32', [2, 3])
  const result = linear(x, weight, graph.input('bias', 'float32', [2]))
  graph.output('result', result)
  expect(result.shape).toEqual(['B', 2])
  const outputs = await runGraph(graph, {
    x: { type: 'float32', dims: [1, 3], data: [1, 2, 3] },
    weight: { type: 'float32', dims: [2, 3], data: [1, 0, 2, -1, 1, 0] },
    bias: { type: 'float32', dims: [2], data: [10, 20] },
  })
  expect(outputs.result?.data).toEqual([17, 21])
})

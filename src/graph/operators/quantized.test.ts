import { expect, test } from 'vitest'
import { runGraph } from '../../../test/support/run-graph.ts'
import { Graph } from '../graph.ts'
import { quantize, quantizedProduct, scalar } from '../operations.ts'

/** Rounded to the nearest whole number, ties to even, and clipped to 8 bits. */
const EXPECTED_CODES = [
  [128, 130, 126],
  [0, 255, 129],
]
const WEIGHT = [
  [1, -2],
  [3, 127],
  [-127, 0],
]

test('a product of quantized values is that of the floats they stand for', async () => {
  const graph = new Graph()
  const x = graph.input('x', 'float32', ['B', 3])
  const [step, scale, bias] = [0.5, [0.01, 2], [10, -1]]
  const quantized = quantize(x, [scalar(graph, step), scalar(graph, 128, 'uint8')])
  const weight = graph.initializer(
    'weight',
    { type: 'int8', shape: [3, 2] },
    { bytes: new Uint8Array(Int8Array.from(WEIGHT.flat()).buffer) },
  )
  const result = quantizedProduct(
    quantized,
    { values: weight, scale: graph.input('scale', 'float32', [2]) },
    graph.input('bias', 'float32', [2]),
  )
  graph.output('result', result)
  expect(result.shape).toEqual(['B', 2])
  const outputs = await runGraph(graph, {
    x: { type: 'float32', dims: [2, 3], data: [0.2, 0.8, -0.9, -100, 100, 0.25 + 0.1] },
    scale: { type: 'float32', dims: [2], data: scale },
    bias: { type: 'float32', dims: [2], data: bias },
  })
  const expected = EXPECTED_CODES.flatMap((row) =>
    scale.map((factor, column) => {
      const sum = row.reduce(
        (total, code, i) => total + (code - 128) * (WEIGHT[i]?.[column] ?? 0),
        0,
      )
      return step * factor * sum + (bias[column] ?? 0)
    }),
  )
  expect(outputs.result?.data).toEqual(expected.map((value) => expect.closeTo(value, 3)))
})

test('rows and weights that do not fit are refused', () => {
  const graph = new Graph()
  const x = graph.input('x', 'float32', ['B', 3])
  const quantized = quantize(x, [scalar(graph, 1), scalar(graph, 0, 'uint8')])
  const weight = {
    values: graph.input('w', 'int8', [4, 2]),
    scale: graph.input('s', 'float32', [2]),
  }
  expect(() => quantizedProduct(quantized, weight, graph.input('b', 'float32', [2]))).toThrow(
    'cannot multiply [B,3] and [4,2]',
  )
})

import { describe, expect, test } from 'vitest'
import { runGraph } from '../../test/support/run-graph.ts'
import { Graph, type Value } from './index.ts'
import * as operations from './operations.ts'

/** Numbers without ties or zeros, some negative. */
const SIX = [0.5, -1.25, 2, -0.75, 3.5, -2.5]
const SIX_MORE = [1.5, 0.25, -2, 0.75, -0.5, 4]

interface Case {
  readonly name: keyof typeof operations
  readonly build: (x: Value, y: Value) => Value
  readonly shape: readonly (number | string)[]
  readonly expected: readonly number[]
  /** Decimal places that agree. Default 5. */
  readonly digits?: number
}

const each = (f: (x: number) => number) => SIX.map(f)
const both = (f: (x: number, y: number) => number) => SIX.map((x, i) => f(x, SIX_MORE[i] ?? 0))
const ROWS = [SIX.slice(0, 3), SIX.slice(3)] as const

/** Φ(x)·x with Φ by the series of the error function, which converges for these numbers. */
function exactGelu(x: number): number {
  const z = x / Math.SQRT2
  let term = z
  let sum = z
  for (let n = 1; n < 80; n += 1) {
    term *= (-z * z) / n
    sum += term / (2 * n + 1)
  }
  return 0.5 * x * (1 + (2 / Math.sqrt(Math.PI)) * sum)
}
const tanhGelu = (x: number) =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))

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

const asNumbers = (condition: Value) => operations.cast(condition, 'float32')

function comparisons(): readonly Case[] {
  const truth = (f: (x: number, y: number) => boolean) => both((x, y) => Number(f(x, y)))
  const compared: readonly [Case['name'], Case['build'], readonly number[]][] = [
    ['greater', operations.greater, truth((x, y) => x > y)],
    ['greaterOrEqual', (x) => operations.greaterOrEqual(x, 2), truth((x) => x >= 2)],
    ['less', operations.less, truth((x, y) => x < y)],
    ['lessOrEqual', (x) => operations.lessOrEqual(x, 2), truth((x) => x <= 2)],
    ['equal', (x) => operations.equal(x, 2), truth((x) => x === 2)],
    [
      'and',
      (x, y) => operations.and(operations.greater(x, 0), operations.greater(y, 0)),
      truth((x, y) => x > 0 && y > 0),
    ],
    [
      'or',
      (x, y) => operations.or(operations.greater(x, 0), operations.greater(y, 0)),
      truth((x, y) => x > 0 || y > 0),
    ],
    ['not', (x) => operations.not(operations.greater(x, 0)), truth((x) => !(x > 0))],
  ]
  return compared.map(([name, build, expected]) => {
    return { name, build: (x, y) => asNumbers(build(x, y)), shape: ['B', 3], expected }
  })
}

/** x and y are inputs [B,3], run with B = 2. */
const CASES: readonly Case[] = [
  { name: 'add', build: operations.add, shape: ['B', 3], expected: both((x, y) => x + y) },
  {
    name: 'subtract',
    build: operations.subtract,
    shape: ['B', 3],
    expected: both((x, y) => x - y),
  },
  {
    name: 'multiply',
    build: operations.multiply,
    shape: ['B', 3],
    expected: both((x, y) => x * y),
  },
  { name: 'divide', build: operations.divide, shape: ['B', 3], expected: both((x, y) => x / y) },
  { name: 'maximum', build: operations.maximum, shape: ['B', 3], expected: both(Math.max) },
  {
    name: 'add',
    build: (x) => operations.add(x, 2),
    shape: ['B', 3],
    expected: each((x) => x + 2),
  },
  {
    name: 'where',
    build: (x, y) => operations.where(operations.greater(x, 0), y, -9),
    shape: ['B', 3],
    expected: both((x, y) => (x > 0 ? y : -9)),
  },
  {
    name: 'squareRoot',
    build: (x) => operations.squareRoot(operations.multiply(x, x)),
    shape: ['B', 3],
    expected: each(Math.abs),
  },
  { name: 'relu', build: operations.relu, shape: ['B', 3], expected: each((x) => Math.max(x, 0)) },
  { name: 'tanh', build: operations.tanh, shape: ['B', 3], expected: each(Math.tanh) },
  {
    name: 'sigmoid',
    build: operations.sigmoid,
    shape: ['B', 3],
    expected: each((x) => 1 / (1 + Math.exp(-x))),
  },
  {
    name: 'gelu',
    build: (x) => operations.gelu(x, 'none'),
    shape: ['B', 3],
    expected: each(exactGelu),
  },
  {
    name: 'gelu',
    build: (x) => operations.gelu(x, 'tanh'),
    shape: ['B', 3],
    expected: each(tanhGelu),
  },
  {
    name: 'transpose',
    build: (x) => operations.transpose(x, [1, 0]),
    shape: [3, 'B'],
    expected: [0.5, -0.75, -1.25, 3.5, 2, -2.5],
  },
  {
    name: 'matMul',
    build: (x, y) => operations.matMul(x, operations.transpose(y, [1, 0])),
    shape: ['B', 'B'],
    expected: ROWS.flatMap((row) =>
      [SIX_MORE.slice(0, 3), SIX_MORE.slice(3)].map((other) =>
        row.reduce((sum, x, i) => sum + x * (other[i] ?? 0), 0),
      ),
    ),
  },
  {
    name: 'reshape',
    build: (x) => operations.reshape(x, [1, 'B', 3, 1]),
    shape: [1, 'B', 3, 1],
    expected: SIX,
  },
  {
    name: 'unsqueeze',
    build: (x) => operations.unsqueeze(x, 0, 2),
    shape: [1, 'B', 1, 3],
    expected: SIX,
  },
  {
    name: 'slice',
    build: (x) => operations.slice(x, 1, [1, 3]),
    shape: ['B', 2],
    expected: [-1.25, 2, 3.5, -2.5],
  },
  {
    name: 'slice',
    build: (x) => operations.slice(operations.transpose(x, [1, 0]), 0, [0, 'B']),
    shape: ['B', 'B'],
    expected: [0.5, -0.75, -1.25, 3.5],
  },
  {
    name: 'concat',
    build: (x, y) => operations.concat([x, y], 1),
    shape: ['B', 6],
    expected: [...SIX.slice(0, 3), ...SIX_MORE.slice(0, 3), ...SIX.slice(3), ...SIX_MORE.slice(3)],
  },
  {
    name: 'gather',
    build: (x) => operations.gather(x, operations.integers(x.graph, [1, 0, 1])),
    shape: [3, 3],
    expected: [...SIX.slice(3), ...SIX.slice(0, 3), ...SIX.slice(3)],
  },
  {
    name: 'gatherElements',
    build: (x) => {
      const last = operations.unsqueeze(operations.argMax(x, 1), 1)
      return operations.gatherElements(x, last, 1)
    },
    shape: ['B', 1],
    expected: [2, 3.5],
  },
  {
    name: 'expand',
    build: (x) => operations.expand(operations.reduceSum(x, 1, { keep: true }), ['B', 2]),
    shape: ['B', 2],
    expected: [1.25, 1.25, 0.25, 0.25],
  },
  {
    name: 'range',
    build: (x) => operations.cast(operations.range(x.graph, 'B'), 'float32'),
    shape: ['B'],
    expected: [0, 1],
  },
  {
    name: 'reduceMax',
    build: (x) => operations.reduceMax(x, 1),
    shape: ['B'],
    expected: [2, 3.5],
  },
  {
    name: 'minimum',
    build: operations.minimum,
    shape: ['B', 3],
    expected: both(Math.min),
  },
  { name: 'negate', build: operations.negate, shape: ['B', 3], expected: each((x) => -x) },
  { name: 'absolute', build: operations.absolute, shape: ['B', 3], expected: each(Math.abs) },
  { name: 'sign', build: operations.sign, shape: ['B', 3], expected: each(Math.sign) },
  { name: 'identity', build: operations.identity, shape: ['B', 3], expected: SIX },
  { name: 'exp', build: operations.exp, shape: ['B', 3], expected: each(Math.exp) },
  {
    name: 'log',
    build: (x) => operations.log(operations.absolute(x)),
    shape: ['B', 3],
    expected: each((x) => Math.log(Math.abs(x))),
  },
  {
    name: 'erf',
    build: operations.erf,
    shape: ['B', 3],
    // x·Φ(x) = x(1 + erf(x/√2))/2
    expected: each((x) => (2 * exactGelu(x * Math.SQRT2)) / (x * Math.SQRT2) - 1),
  },
  ...comparisons(),
  {
    name: 'squeeze',
    build: (x) => operations.squeeze(operations.unsqueeze(x, 0, 2), 2, 0),
    shape: ['B', 3],
    expected: SIX,
  },
  {
    name: 'concat',
    build: (x, y) => operations.slice(operations.concat([x, y], 0), 0, ['B', '2*B']),
    shape: ['B', 3],
    expected: SIX_MORE,
  },
  {
    name: 'pad',
    build: (x) => operations.pad(x, 1, [1, 'B']),
    shape: ['B', '4+B'],
    expected: [0, ...SIX.slice(0, 3), 0, 0, 0, ...SIX.slice(3), 0, 0],
  },
  {
    name: 'addRows',
    build: (x, y) => operations.addRows(x, operations.integers(x.graph, [1, 1]), y),
    shape: ['B', 3],
    expected: [...SIX.slice(0, 3), -0.75 + 1.5 + 0.75, 3.5 + 0.25 - 0.5, -2.5 - 2 + 4],
  },
  {
    name: 'addElements',
    build: (x, y) => {
      const indices = operations.full(x.graph, 2, { type: 'int64', shape: ['B', 3] })
      return operations.addElements(x, { indices, updates: y, axis: 1 })
    },
    shape: ['B', 3],
    expected: [0.5, -1.25, 2 - 0.25, -0.75, 3.5, -2.5 + 4.25],
  },
  {
    name: 'oneHot',
    build: (x) => asNumbers(operations.oneHot(operations.argMax(x, 1), 3)),
    shape: ['B', 3],
    expected: [0, 0, 1, 0, 1, 0],
  },
  {
    name: 'matrixProduct',
    build: (x, y) => operations.matrixProduct(x, y, { transA: true, alpha: 2 }),
    shape: [3, 3],
    expected: [0, 1, 2].flatMap((i) =>
      [0, 1, 2].map(
        (j) =>
          2 * ROWS.reduce((sum, row, r) => sum + (row[i] ?? 0) * (SIX_MORE[3 * r + j] ?? 0), 0),
      ),
    ),
  },
  {
    name: 'reduceSum',
    build: (x) => operations.reduceSum(x, [0, 1]),
    shape: [],
    expected: [SIX.reduce((a, b) => a + b)],
  },
  {
    name: 'reduceMean',
    build: (x) => operations.reduceMean(x, 0, { keep: true }),
    shape: [1, 3],
    expected: [-0.125, 1.125, -0.25],
  },
  {
    name: 'reduceMin',
    build: (x) => operations.reduceMin(x, 1),
    shape: ['B'],
    expected: [-1.25, -2.5],
  },
  {
    name: 'logSumExp',
    build: (x) => operations.logSumExp(operations.add(x, 1000), 1),
    shape: ['B'],
    expected: ROWS.map((row) => 1000 + Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0))),
    digits: 3,
  },
  {
    name: 'logSumExp',
    build: (x) => {
      const masked = operations.where(operations.greater(x, 0), x, -3.4e38)
      return operations.logSumExp(masked, 1)
    },
    shape: ['B'],
    expected: [Math.log(Math.exp(0.5) + Math.exp(2)), 3.5],
  },
  {
    name: 'logSoftmax',
    build: operations.logSoftmax,
    shape: ['B', 3],
    expected: ROWS.flatMap(softmaxOf).map(Math.log),
  },
  {
    name: 'reduceL2',
    build: (x) => operations.reduceL2(x, 1),
    shape: ['B'],
    expected: ROWS.map((row) => Math.hypot(...row)),
  },
  {
    name: 'softmax',
    build: operations.softmax,
    shape: ['B', 3],
    expected: ROWS.flatMap(softmaxOf),
  },
  {
    name: 'layerNormalization',
    build: (x) => {
      const row = (value: number) => operations.expand(operations.scalar(x.graph, value), [3])
      return operations.layerNormalization(x, row(2), row(1), 0.5)
    },
    shape: ['B', 3],
    expected: ROWS.flatMap(normalised),
  },
]

const sizeOf = (dim: number | string) => (dim === 'B' ? 2 : dim === '4+B' ? 6 : dim)

describe('each operation infers its shape and computes its formula', () => {
  test.each(CASES)('$name $shape', async ({ build, shape, expected, digits = 5 }) => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', ['B', 3])
    const result = build(x, graph.input('y', 'float32', ['B', 3]))
    graph.output('result', result)
    expect(result.shape).toEqual(shape)
    const input = (data: readonly number[]) => ({ type: 'float32', dims: [2, 3], data }) as const
    const outputs = await runGraph(graph, { x: input(SIX), y: input(SIX_MORE) })
    expect(outputs.result?.dims).toEqual(shape.map(sizeOf))
    expected.forEach((value, i) => {
      expect(outputs.result?.data[i]).toBeCloseTo(value, digits)
    })
    expect(outputs.result?.data).toHaveLength(expected.length)
  })

  test('linear is x·Wᵀ + b', async () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', ['B', 3])
    const weight = graph.input('weight', 'float32', [2, 3])
    const result = operations.linear(x, weight, graph.input('bias', 'float32', [2]))
    graph.output('result', result)
    expect(result.shape).toEqual(['B', 2])
    const outputs = await runGraph(graph, {
      x: { type: 'float32', dims: [1, 3], data: [1, 2, 3] },
      weight: { type: 'float32', dims: [2, 3], data: [1, 0, 2, -1, 1, 0] },
      bias: { type: 'float32', dims: [2], data: [10, 20] },
    })
    expect(outputs.result?.data).toEqual([17, 21])
  })

  test('argMax finds the first or the last of equals', async () => {
    const graph = new Graph()
    const mask = graph.input('mask', 'int64', ['B', 'T'])
    graph.output('first', operations.argMax(mask, 1))
    graph.output('last', operations.argMax(mask, 1, { last: true }))
    const outputs = await runGraph(graph, {
      mask: { type: 'int64', dims: [2, 4], data: [0, 1, 1, 0, 1, 1, 1, 1] },
    })
    expect(outputs.first?.data).toEqual([1, 0])
    expect(outputs.last?.data).toEqual([2, 3])
  })
})

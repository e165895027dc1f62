import { describe, expect, test } from 'vitest'
import { describeGradients } from '../../test/support/gradient-check.ts'
import { runGraph } from '../../test/support/run-graph.ts'
import { Graph, type Value } from '../graph/index.ts'
import { full, layerNormalization, multiply, reshape } from '../graph/operations.ts'
import { type AttentionShape, attention, type OperatorKind } from './attention.ts'
import { rmsNorm } from './layers.ts'
import { rotary } from './rotary.ts'

const OPERATORS = ['standard', 'fused'] as const
const rows = (x: Value, width: number) => reshape(x, ['B*T', width])
/** No padding. */
const everything = (x: Value) => full(x.graph, 1, { type: 'int64', shape: ['B', 'T'] })

function turned(x: Value, operators: OperatorKind): Value {
  return rotary(x, { headSize: 4, theta: 100, operators })(rows(x, 8), 2)
}

function attended(shape: Omit<AttentionShape, 'headSize'>, operators: OperatorKind) {
  const { heads, groups = heads } = shape
  return (query: Value, key: Value, value: Value) => {
    const attend = attention(everything(query), { ...shape, headSize: 2 }, { operators })
    return attend(rows(query, 2 * heads), rows(key, 2 * groups), rows(value, 2 * groups))
  }
}

const WINDOWED = { heads: 2, groups: 1, scale: 0.4, pattern: { distance: 1 } }
const CAUSAL = { heads: 2, pattern: { causal: true } }

describeGradients({}, [
  {
    name: 'root-mean-square normalization',
    inputs: [['B', 'T', 4], [4]],
    build: (x, scale) => {
      const normal = rmsNorm(x, scale, { epsilon: 0.1, operators: 'standard' })
      return multiply(normal, normal)
    },
  },
  {
    name: 'normalization without a bias',
    inputs: [['B', 5], [5]],
    build: (x, scale) => {
      const normal = layerNormalization(x, scale, undefined, 0.1)
      return multiply(normal, normal)
    },
    type: 'float32',
  },
  {
    name: 'rotation by position',
    inputs: [['B', 'T', 8]],
    build: (x) => turned(x, 'standard'),
    type: 'float32',
  },
  {
    name: 'attention to those near, keys and values in groups',
    inputs: [
      ['B', 'T', 4],
      ['B', 'T', 2],
      ['B', 'T', 2],
    ],
    build: attended(WINDOWED, 'standard'),
    type: 'float32',
  },
  {
    name: 'causal attention',
    inputs: [
      ['B', 'T', 4],
      ['B', 'T', 4],
      ['B', 'T', 4],
    ],
    build: attended(CAUSAL, 'standard'),
    type: 'float32',
  },
])

/** Numbers between -1 and 1 without a pattern. */
const some = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(7 * i * i + 1))

async function run(shapes: readonly (readonly number[])[], build: (...inputs: Value[]) => Value) {
  const graph = new Graph()
  const inputs = shapes.map((shape, i) =>
    graph.input(`x${i}`, 'float32', shape.length === 3 ? ['B', 'T', shape[2] ?? 1] : shape),
  )
  graph.output('y', build(...inputs))
  const feeds = shapes.map((dims, i) => {
    const data = some(dims.reduce((a, b) => a * b, 1))
    return [`x${i}`, { type: 'float32', dims, data }] as const
  })
  return (await runGraph(graph, Object.fromEntries(feeds))).y?.data ?? []
}

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5)
}

describe.each(OPERATORS)('of %s operators', (operators) => {
  test('root-mean-square normalization is its formula', async () => {
    const found = await run([[2, 3, 4], [4]], (x, scale) =>
      rmsNorm(x, scale, { epsilon: 0.1, operators }),
    )
    const [numbers, scale] = [some(24), some(4)]
    const expected = numbers.map((x, i) => {
      const row = numbers.slice(i - (i % 4), i - (i % 4) + 4)
      const meanSquare = row.reduce((sum, value) => sum + value * value, 0) / 4
      return (x / Math.sqrt(meanSquare + 0.1)) * (scale[i % 4] ?? 0)
    })
    expectClose(found, expected)
  })

  test('a rotation turns pairs of components by position', async () => {
    const found = await run([[2, 3, 8]], (x) => turned(x, operators))
    const numbers = some(48)
    const expected = numbers.map((x, i) => {
      const [position, component] = [Math.floor(i / 8) % 3, i % 4]
      const angle = position * 100 ** (-(component % 2) / 2)
      const partner = numbers[component < 2 ? i + 2 : i - 2] ?? 0
      const sign = component < 2 ? -1 : 1
      return x * Math.cos(angle) + sign * partner * Math.sin(angle)
    })
    expectClose(found, expected)
  })

  test.each([
    ['near', WINDOWED],
    ['causal', CAUSAL],
    ['near and causal', { heads: 2, pattern: { causal: true, distance: 1 } }],
  ])('attention is its formula: %s', async (_, shape) => {
    const { heads, groups = heads } = shape as Omit<AttentionShape, 'headSize'>
    const sizes = [2 * heads, 2 * groups, 2 * groups].map((width) => [2, 4, width])
    const found = await run(sizes, attended(shape, operators))
    expectClose(found, expectedAttention({ groups, ...shape }))
  })
})

/** Attention of two heads of two components over [2,4] tokens, number by number. */
function expectedAttention({
  groups = 2,
  scale = Math.SQRT1_2,
  pattern = {},
}: Omit<AttentionShape, 'headSize'>): number[] {
  const [query, key] = [some(2 * 4 * 4), some(2 * 4 * 2 * groups)]
  const at = (numbers: readonly number[], place: number, heads: number, head: number) =>
    numbers.slice(2 * (place * heads + head), 2 * (place * heads + head) + 2)
  const result: number[] = []
  for (let token = 0; token < 8; token += 1) {
    for (let head = 0; head < 2; head += 1) {
      const group = Math.floor((head * groups) / 2)
      const first = token - (token % 4)
      const seen = [first, first + 1, first + 2, first + 3].filter(
        (other) =>
          Math.abs(token - other) <= (pattern.distance ?? 4) && !(pattern.causal && other > token),
      )
      const [q0 = 0, q1 = 0] = at(query, token, 2, head)
      const powers = seen.map((other) => {
        const [k0 = 0, k1 = 0] = at(key, other, groups, group)
        return Math.exp(scale * (q0 * k0 + q1 * k1))
      })
      const total = powers.reduce((a, b) => a + b, 0)
      for (const component of [0, 1]) {
        const sum = seen.reduce((acc, other, i) => {
          const value = at(key, other, groups, group)[component] ?? 0
          return acc + ((powers[i] ?? 0) / total) * value
        }, 0)
        result.push(sum)
      }
    }
  }
  return result
}

import { describe, expect, test } from 'vitest'
import { Graph } from '../graph/index.ts'
import { quantize, quantizedProduct, scalar } from '../graph/operations.ts'
import { createLocalSession, placeWeights } from '../runtime/index.ts'

/** Quantized rows [M,K] and weights [K,N] by their indices, at the edges of what 8 bits hold. */
const PATTERNS: Readonly<Record<string, ProductPattern>> = {
  'the largest of both': { row: () => 255, weight: () => 127 },
  'the largest and the least': { row: () => 255, weight: () => -127 },
  'signs that change in pairs': {
    row: () => 255,
    weight: (k) => (k % 4 < 2 ? 127 : -127),
  },
  'large pairs among small ones': {
    row: (m, k) => (k % 16 < 2 ? 255 : (m + k) % 9),
    weight: (k, n) => (k % 16 < 2 ? 127 : ((k * 7 + n) % 11) - 5),
  },
}

interface ProductPattern {
  readonly row: (m: number, k: number) => number
  readonly weight: (k: number, n: number) => number
}

interface Size {
  readonly m: number
  readonly k: number
  readonly n: number
}

/** Sums of up to 1,536 products are below 2^24 · 4: exact to a few units in float32. */
const TOLERANCE = 4

async function product(
  { row, weight }: ProductPattern,
  { m, k, n }: Size,
  backend: 'native' | 'wasm',
) {
  const graph = new Graph()
  const x = graph.input('x', 'float32', ['M', k])
  const quantized = quantize(x, [scalar(graph, 1), scalar(graph, 0, 'uint8')])
  const weights = Int8Array.from({ length: k * n }, (_, i) => weight(Math.floor(i / n), i % n))
  const stored = { bytes: new Uint8Array(weights.buffer) }
  const constants = (value: number) => ({
    bytes: new Uint8Array(new Float32Array(n).fill(value).buffer),
  })
  const result = quantizedProduct(
    quantized,
    {
      values: graph.initializer('weight', { type: 'int8', shape: [k, n] }, stored),
      scale: graph.initializer('scale', { type: 'float32', shape: [n] }, constants(1)),
    },
    graph.initializer('bias', { type: 'float32', shape: [n] }, constants(0)),
  )
  graph.output('result', result)
  const session = await createLocalSession(placeWeights(graph), { threads: 1, backend })
  const data = Float32Array.from({ length: m * k }, (_, i) => row(Math.floor(i / k), i % k))
  const { result: sums } = await session.run({ x: { type: 'float32', dims: [m, k], data } }, [
    'result',
  ])
  await session.dispose()
  return Array.from(sums?.data ?? [], Number)
}

function expected({ row, weight }: ProductPattern, { m, k, n }: Size): number[] {
  return Array.from({ length: m * n }, (_, i) => {
    const [r, c] = [Math.floor(i / n), i % n]
    return Array.from({ length: k }, (_, j) => row(r, j) * weight(j, c)).reduce((a, b) => a + b)
  })
}

const SIZES: readonly Size[] = [
  { m: 1, k: 64, n: 1 },
  { m: 1, k: 384, n: 48 },
  { m: 17, k: 1536, n: 33 },
]

describe.each(['native', 'wasm'] as const)('sums of 8-bit products on %s are exact', (backend) => {
  describe.each(SIZES)('[$m,$k] x [$k,$n]', (size) => {
    test.each(Object.keys(PATTERNS))('%s', async (name) => {
      const pattern = PATTERNS[name] as ProductPattern
      const sums = await product(pattern, size, backend)
      const wrong = expected(pattern, size).filter(
        (sum, i) => !(Math.abs(sum - (sums[i] ?? Number.NaN)) <= TOLERANCE),
      )
      expect(wrong).toEqual([])
    })
  })
})

test('the example that showed it: 64 times 255 · 127', async () => {
  const size = { m: 1, k: 64, n: 1 }
  const { 'the largest of both': largest = { row: () => 0, weight: () => 0 } } = PATTERNS
  expect(await product(largest, size, 'native')).toEqual([2_072_640])
})

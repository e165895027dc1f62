import { describe, expect, test } from 'vitest'
import { Graph, type Shape, type Value } from '../../src/graph/index.ts'
import { runGraph } from './run-graph.ts'

/** Two tensors [2,3] without ties or zeros, some negative, row after row. */
export const SIX = [0.5, -1.25, 2, -0.75, 3.5, -2.5]
export const SIX_MORE = [1.5, 0.25, -2, 0.75, -0.5, 4]
export const ROWS = [SIX.slice(0, 3), SIX.slice(3)] as const

/** What a function of one number, or of two, gives for all of them. */
export const each = (f: (x: number) => number) => SIX.map(f)
export const both = (f: (x: number, y: number) => number) =>
  SIX.map((x, i) => f(x, SIX_MORE[i] ?? 0))

/** An operation on x and y [B,3], which are run with the numbers above. */
export interface OperationCase {
  readonly name: string
  readonly build: (x: Value, y: Value) => Value
  readonly shape: Shape
  readonly expected: readonly number[]
  /** Decimal places that agree. Default 5. */
  readonly digits?: number
}

const SIZES: Readonly<Record<string, number>> = { B: 2, '4+B': 6 }
const sizeOf = (dim: Shape[number]) => (typeof dim === 'number' ? dim : SIZES[dim])

export function describeOperations(cases: readonly OperationCase[]): void {
  describe('each operation infers its shape and computes its formula', () => {
    test.each(cases)('$name $shape', async ({ build, shape, expected, digits = 5 }) => {
      const graph = new Graph()
      const x = graph.input('x', 'float32', ['B', 3])
      const result = build(x, graph.input('y', 'float32', ['B', 3]))
      graph.output('result', result)
      expect(result.shape).toEqual(shape)
      const input = (data: readonly number[]) => ({ type: 'float32', dims: [2, 3], data }) as const
      const outputs = await runGraph(graph, { x: input(SIX), y: input(SIX_MORE) })
      expect(outputs.result?.dims).toEqual(shape.map(sizeOf))
      expect(outputs.result?.data).toHaveLength(expected.length)
      expected.forEach((value, i) => {
        expect(outputs.result?.data[i]).toBeCloseTo(value, digits)
      })
    })
  })
}

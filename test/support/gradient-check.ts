import ort from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { multiplyDims } from '../../src/graph/dim.ts'
import {
  differentiate,
  type Gradient,
  Graph,
  type Initializer,
  type Shape,
  serializeGraph,
  type Value,
} from '../../src/graph/index.ts'
import {
  add,
  addRows,
  cast,
  full,
  identity,
  multiply,
  range,
  reduceSum,
  reshape,
} from '../../src/graph/operations.ts'

/** A function of tensors whose gradients are to be compared with finite differences. */
export interface GradientCase {
  readonly name: string
  /** Shapes of the inputs; `B` is run with 2, `T` with 3. */
  readonly inputs: readonly Shape[]
  readonly build: (...inputs: Value[]) => Value
  /** float32 where the runtime has no float64 kernel. Default float64. */
  readonly type?: 'float32' | 'float64'
}

/** The rules of one family, and cases that use each of them. */
export function describeGradients(rules: object, cases: readonly GradientCase[]): void {
  describe('gradients agree with finite differences', () => {
    test.each(cases)('$name $inputs', async (gradientCase) => {
      const tolerance = TOLERANCE[gradientCase.type ?? 'float64']
      for (const { computed, measured } of await compareGradients(gradientCase)) {
        expect(computed).toHaveLength(measured.length)
        const largest = Math.max(1, ...measured.map(Math.abs))
        for (const [k, expected] of measured.entries()) {
          expect(Math.abs((computed[k] ?? Number.NaN) - expected)).toBeLessThan(tolerance * largest)
        }
      }
    })
    test('no rule is left out', () => {
      const used = cases.flatMap(({ name, ...gradientCase }) => operatorsOf(gradientCase))
      expect(Object.keys(rules).filter((operator) => !used.includes(operator))).toEqual([])
    })
  })
}

const SIZES: Readonly<Record<string, number>> = { B: 2, T: 3 }

/** Steps that balance rounding against curvature, and what can be asked of them. */
const STEP = { float32: 1e-2, float64: 1e-5 }
const TOLERANCE = { float32: 5e-3, float64: 1e-7 }

/** The k-th of a sequence without ties, between -2 and 2 (multiples of the golden ratio, modulo 1). */
const number = (k: number) => ((k * 0.6180339887498949) % 1) * 4 - 2

/** By input, every derivative of Σ f(x)·w with w = 1, 1.37, 1.74 …: computed and measured. */
async function compareGradients(gradientCase: GradientCase) {
  const { inputs: shapes, type = 'float64' } = gradientCase
  const model = serializeGraph(differentiated(gradientCase), inMemory)
  const session = await ort.InferenceSession.create(model)
  const run = (inputs: readonly (readonly number[])[]) => {
    const feeds = inputs.map((data, i) => [`x${i}`, tensor(type, data, shapes[i] ?? [])] as const)
    return session.run(Object.fromEntries(feeds))
  }
  const inputs = shapes.map((shape, i) =>
    Array.from({ length: countOf(shape) }, (_, k) => number(100 * i + k + 1)),
  )
  /** The central difference by number k of input i. */
  const difference = async (i: number, k: number) => {
    const moved = (step: number) =>
      inputs.map((data, j) => (i === j ? data.with(k, (data[k] ?? 0) + step) : data))
    const [after, before] = [await run(moved(STEP[type])), await run(moved(-STEP[type]))]
    return (Number(after.loss?.data[0]) - Number(before.loss?.data[0])) / (2 * STEP[type])
  }
  const results = await run(inputs)
  const comparisons = []
  for (const [i, data] of inputs.entries()) {
    const measured = []
    for (const k of data.keys()) measured.push(await difference(i, k))
    const computed = Array.from(results[`g${i}`]?.data as Float64Array, Number)
    comparisons.push({ computed, measured })
  }
  await session.release()
  return comparisons
}

/** The operators a case uses, without those of the loss around it. */
function operatorsOf({ inputs, build, type = 'float64' }: Omit<GradientCase, 'name'>): string[] {
  const graph = new Graph()
  build(...inputs.map((shape, i) => graph.input(`x${i}`, type, shape)))
  return graph.nodes.map(({ operator }) => operator)
}

function differentiated({ inputs, build, type = 'float64' }: GradientCase): Graph {
  const graph = new Graph()
  const values = inputs.map((shape, i) => graph.input(`x${i}`, type, shape))
  const loss = weightedSum(build(...values))
  graph.output('loss', loss)
  const gradients = differentiate(loss, values)
  values.forEach((value, i) => {
    graph.output(`g${i}`, denseGradient(value, gradients.get(value)))
  })
  return graph
}

function weightedSum(x: Value): Value {
  const places = cast(range(x.graph, multiplyDims(x.shape)), x.type)
  const weighted = multiply(x, reshape(add(multiply(places, 0.37), 1), x.shape))
  return x.shape.length === 0 ? weighted : reduceSum(weighted, [...x.shape.keys()])
}

/** A gradient as large as the value it belongs to. */
function denseGradient(value: Value, gradient: Gradient | undefined): Value {
  if (!gradient) throw new Error(`the function does not depend on ${value.name}`)
  if (gradient.kind === 'dense') return identity(gradient.value)
  return addRows(full(value.graph, 0, value), gradient.indices, gradient.rows)
}

function tensor(type: 'float32' | 'float64', numbers: readonly number[], shape: Shape): ort.Tensor {
  const dims = shape.map(sizeOf)
  return type === 'float32'
    ? new ort.Tensor('float32', Float32Array.from(numbers), dims)
    : new ort.Tensor('float64', Float64Array.from(numbers), dims)
}

const sizeOf = (dim: Shape[number]) => (typeof dim === 'number' ? dim : (SIZES[dim] ?? Number.NaN))
const countOf = (shape: Shape) => shape.map(sizeOf).reduce((a, b) => a * b, 1)

function inMemory({ data }: Initializer): Uint8Array {
  if ('bytes' in data) return data.bytes
  throw new Error('this graph reads files')
}

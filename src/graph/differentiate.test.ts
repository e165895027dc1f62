import { describe, expect, test } from 'vitest'
import { runGraph } from '../../test/support/run-graph.ts'
import { differentiate, type Gradient, Graph, type Value } from './index.ts'
import {
  add,
  argMax,
  cast,
  concat,
  divide,
  gather,
  greater,
  identity,
  integers,
  logSoftmax,
  matMul,
  maximum,
  multiHeadAttention,
  multiply,
  reduceL2,
  reduceMax,
  reduceSum,
  relu,
  softmax,
  squareRoot,
  where,
} from './operations.ts'

/** The sum of squares over all axes. */
const energy = (x: Value) => reduceSum(multiply(x, x), [...x.shape.keys()])

function denseOf(gradient: Gradient | undefined): Value {
  if (gradient?.kind === 'dense') return gradient.value
  throw new Error(`expected a dense gradient, not ${gradient?.kind}`)
}

/** The gradient of a function of one vector, at some numbers. */
async function gradientAt(numbers: readonly number[], loss: (x: Value) => Value) {
  const graph = new Graph()
  const x = graph.input('x', 'float32', ['N'])
  graph.output('gradient', identity(denseOf(differentiate(loss(x), [x]).get(x))))
  const input = { type: 'float32', dims: [numbers.length], data: numbers } as const
  return (await runGraph(graph, { x: input })).gradient?.data
}

describe('what is walked', () => {
  function chain() {
    const graph = new Graph()
    const x = graph.input('x', 'float32', ['B', 3])
    const weight = graph.input('weight', 'float32', [3, 4])
    const hidden = matMul(x, weight)
    return { graph, x, weight, hidden, loss: energy(relu(hidden)) }
  }

  test('gradients have the shapes of their values', () => {
    const { x, weight, hidden, loss } = chain()
    const gradients = differentiate(loss, [x, weight, hidden])
    for (const value of [x, weight, hidden]) {
      expect(denseOf(gradients.get(value)).shape).toEqual(value.shape)
    }
  })

  test('nothing is added for values that are not wanted', () => {
    const added = (pick: (all: ReturnType<typeof chain>) => readonly Value[]) => {
      const all = chain()
      const before = all.graph.nodes.length
      differentiate(all.loss, pick(all))
      return all.graph.nodes.slice(before).map(({ operator }) => operator)
    }
    expect(added(({ weight }) => [weight]).filter((name) => name === 'Gemm')).toHaveLength(1)
    expect(added(({ hidden }) => [hidden])).not.toContain('Gemm')
    expect(added(() => [])).toEqual([])
  })

  test('a value the loss does not depend on has no gradient', () => {
    const { graph, weight, loss } = chain()
    const other = graph.input('other', 'float32', ['B'])
    expect([...differentiate(loss, [other, weight]).keys()]).toEqual([weight])
  })

  test('numbers that are not floating-point carry none', () => {
    const { graph, x } = chain()
    const places = cast(argMax(x, 1), 'float32')
    const chosen = where(greater(x, 0), graph.input('y', 'float32', ['B', 3]), 1)
    const loss = add(reduceSum(places, 0), energy(chosen))
    expect(differentiate(loss, [x]).size).toBe(0)
  })
})

describe('mistakes are errors', () => {
  test('a loss that is not a scalar', () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', ['B'])
    expect(() => differentiate(multiply(x, x), [x])).toThrow('scalar, but Mul is float32[B]')
  })

  test('an operator without a rule is named', () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', ['B', 'T', 8])
    const mask = graph.input('mask', 'int32', ['B', 'T'])
    const loss = energy(multiHeadAttention([x, x, x], mask, { heads: 2 }))
    expect(() => differentiate(loss, [x])).toThrow('MultiHeadAttention cannot be differentiated')
  })

  test('a gather along another axis', () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', ['B', 4])
    const loss = energy(gather(x, integers(graph, [1]), 1))
    expect(() => differentiate(loss, [x])).toThrow('Gather has a gradient along axis 0 only')
  })
})

describe('rows of a table', () => {
  function table() {
    const graph = new Graph()
    const words = graph.input('words', 'float32', [5, 2])
    const ids = graph.input('ids', 'int64', ['B', 'T'])
    return { graph, words, ids }
  }
  const feeds = {
    words: { type: 'float32', dims: [5, 2], data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
    ids: { type: 'int64', dims: [2, 2], data: [4, 0, 4, 2] },
  } as const

  test('only the rows that were picked travel', async () => {
    const { graph, words, ids } = table()
    const gradient = differentiate(energy(gather(words, ids)), [words]).get(words)
    if (gradient?.kind !== 'rows') throw new Error('expected rows')
    expect(gradient.rows.shape).toEqual(['B*T', 2])
    graph.output('indices', gradient.indices)
    graph.output('rows', gradient.rows)
    const { indices, rows } = await runGraph(graph, feeds)
    expect(indices?.data).toEqual([4, 0, 4, 2])
    expect(rows?.data).toEqual([18, 20, 2, 4, 18, 20, 10, 12])
  })

  test('several gathers are joined', async () => {
    const { graph, words, ids } = table()
    const more = gather(words, integers(graph, [3]))
    const gradient = differentiate(add(energy(gather(words, ids)), energy(more)), [words])
    const rows = gradient.get(words)
    if (rows?.kind !== 'rows') throw new Error('expected rows')
    expect(rows.rows.shape).toEqual(['1+B*T', 2])
    graph.output('indices', rows.indices)
    expect((await runGraph(graph, feeds)).indices?.data.toSorted()).toEqual([0, 2, 3, 4, 4])
  })

  test('beside another use the gradient is dense', () => {
    const { words, ids } = table()
    const loss = add(energy(gather(words, ids)), energy(words))
    expect(differentiate(loss, [words]).get(words)?.kind).toBe('dense')
  })
})

describe('where a slope is not defined it is finite, as in PyTorch', () => {
  test('the length of a zero vector', async () => {
    expect(await gradientAt([0, 0], (x) => reduceL2(x, 0))).toEqual([0, 0])
    const normalized = (x: Value) => {
      const unit = divide(x, maximum(reduceL2(x, 0, { keep: true }), 1e-12))
      return reduceSum(unit, 0)
    }
    expect(await gradientAt([0, 0], normalized)).toEqual([1e12, 1e12].map(Math.fround))
  })

  test('the root of zero', async () => {
    expect(await gradientAt([0, 4], (x) => reduceSum(squareRoot(x), 0))).toEqual([0, 0.25])
  })

  test('relu at zero', async () => {
    expect(await gradientAt([-1, 0, 1], (x) => reduceSum(relu(x), 0))).toEqual([0, 0, 1])
  })

  test('equal numbers share what a maximum receives', async () => {
    expect(await gradientAt([-1, 0, 1], (x) => reduceSum(maximum(x, 0), 0))).toEqual([0, 0.5, 1])
    expect(await gradientAt([3, 1, 3], (x) => reduceMax(x, 0))).toEqual([0.5, 0, 0.5])
  })

  test.each([
    ['softmax', softmax],
    ['logSoftmax', logSoftmax],
  ])('masked scores in %s', async (_, normalise) => {
    const masked = (x: Value) => where(greater(x, 0), x, -3.4e38)
    const loss = (x: Value) => {
      const weights = where(greater(x, 0), normalise(masked(x)), 0)
      return energy(weights)
    }
    const gradient = await gradientAt([1, -1, 2], loss)
    expect(gradient?.every(Number.isFinite)).toBe(true)
    expect(gradient?.[1]).toBe(0)
  })
})

describe('laws', () => {
  const numbers = [0.5, -1.5, 2]
  const f = (x: Value) => reduceSum(multiply(relu(x), x), 0)
  const g = (x: Value) => reduceL2(x, 0)

  test('the gradient of a sum is the sum of the gradients', async () => {
    const both = await gradientAt(numbers, (x) => add(multiply(f(x), 2), g(x)))
    const [ofF = [], ofG = []] = [await gradientAt(numbers, f), await gradientAt(numbers, g)]
    both?.forEach((value, i) => {
      expect(value).toBeCloseTo(2 * (ofF[i] ?? 0) + (ofG[i] ?? 0), 5)
    })
  })

  test('the gradients of two uses add up', async () => {
    const twice = await gradientAt(numbers, (x) => energy(concat([x, x], 0)))
    const once = await gradientAt(numbers, energy)
    expect(twice).toEqual(once?.map((value) => 2 * value))
  })

  test('the same graph gets the same gradient nodes', () => {
    const build = () => {
      const graph = new Graph()
      const x = graph.input('x', 'float32', ['N'])
      differentiate(f(x), [x])
      return graph.nodes.map(({ operator, outputs }) => [operator, outputs[0]?.name])
    }
    expect(build()).toEqual(build())
  })
})

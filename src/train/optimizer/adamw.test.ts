import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FIXTURES, readJson } from '../../../test/support/shared.ts'
import { largestDifference } from '../../../test/support/vectors.ts'
import {
  AdamW,
  type AdamWOptions,
  createSchedule,
  ParameterMemory,
  type ParameterMemoryOptions,
  type ParameterPart,
  parameterGroups,
} from './index.ts'

type Tensors = Readonly<Record<string, readonly number[]>>

interface Gradient {
  readonly ids: readonly number[]
  readonly rows: readonly number[]
  readonly dense: Tensors
}

interface Case extends Required<Omit<AdamWOptions, 'betas'>> {
  readonly betas: readonly [number, number]
  readonly learningRate: number
  readonly weightDecay: number
  readonly layerDecay: number
  readonly norms: readonly number[]
  readonly snapshots: Readonly<Record<number, { parameters: Tensors; averages: Tensors }>>
}

interface Golden {
  readonly shapes: Readonly<Record<string, readonly number[]>>
  readonly start: Tensors
  readonly gradients: readonly Gradient[]
  readonly cases: readonly [Case, Case]
}

const WORDS = 'embeddings.word_embeddings.weight'
const golden = readJson<Golden>(join(FIXTURES, 'optimizer/adamw.json'))
const [clipped] = golden.cases
const schedule = createSchedule('linear', { steps: 25, warmup: { steps: 4 } })

interface Training {
  readonly memory: ParameterMemory
  readonly optimizer: AdamW
}

function start(
  options: Case,
  memoryOptions: ParameterMemoryOptions & { dense?: boolean },
): Training {
  const { dense = false, ...parts } = memoryOptions
  const names = Object.keys(golden.shapes)
  const memory = new ParameterMemory(
    names.map((name) => ({
      name,
      shape: golden.shapes[name] ?? [],
      sparse: name === WORDS && !dense,
    })),
    parts,
  )
  for (const name of names) memory.view(name, 'parameter').set(golden.start[name] ?? [])
  return { memory, optimizer: new AdamW(memory, parameterGroups(names, options), options) }
}

function give({ memory, optimizer }: Training, { ids, rows, dense }: Gradient): void {
  for (const [name, gradient] of Object.entries(dense)) memory.view(name, 'gradient').set(gradient)
  if (memory.slot(WORDS).sparse) {
    optimizer.addRows(WORDS, Int32Array.from(ids), Float32Array.from(rows))
    return
  }
  const whole = memory.view(WORDS, 'gradient').fill(0)
  for (const [i, id] of ids.entries()) {
    for (let j = 0; j < 6; j += 1)
      whole[id * 6 + j] = (whole[id * 6 + j] ?? 0) + (rows[i * 6 + j] ?? 0)
  }
}

/** Steps `from` up to `to` of the golden run. */
function run(training: Training, from: number, to: number): void {
  for (const [i, gradient] of golden.gradients.slice(from, to).entries()) {
    give(training, gradient)
    training.optimizer.step(schedule(from + i))
  }
}

function copies({ memory }: Training, part: ParameterPart): Record<string, Float32Array> {
  return Object.fromEntries(memory.slots.map(({ name }) => [name, memory.view(name, part).slice()]))
}

function expectClose({ memory }: Training, part: ParameterPart, expected: Tensors): void {
  for (const [name, numbers] of Object.entries(expected)) {
    expect(largestDifference(memory.view(name, part), numbers), name).toBeLessThan(1e-6)
  }
}

describe.each([false, true])('against torch.optim.AdamW, word table dense: %s', (dense) => {
  test.each(golden.cases)('eps $eps, decay $weightDecay, layers $layerDecay', (golden_) => {
    const training = start(golden_, { dense, average: true })
    for (const [i, gradient] of golden.gradients.entries()) {
      give(training, gradient)
      const { gradientNorm } = training.optimizer.step(schedule(i))
      const norm = golden_.norms[i] ?? Number.NaN
      expect(Math.abs(gradientNorm / norm - 1)).toBeLessThan(1e-6)
      const snapshot = golden_.snapshots[i + 1]
      if (snapshot === undefined) continue
      expectClose(training, 'parameter', snapshot.parameters)
      expectClose(training, 'average', snapshot.averages)
    }
  })
})

describe('sparse gradients', () => {
  test('end where whole gradients end', () => {
    const [sparse, dense] = [
      start(clipped, { average: true }),
      start(clipped, { dense: true, average: true }),
    ]
    run(sparse, 0, 20)
    run(dense, 0, 20)
    for (const part of ['parameter', 'firstMoment', 'secondMoment', 'average'] as const) {
      const [a, b] = [copies(sparse, part)[WORDS], copies(dense, part)[WORDS]]
      expect(largestDifference(a ?? [], b ?? [])).toBeLessThan(1e-7)
    }
  })

  test('may lie in the memory, in several parts, under ids of 64 bits', () => {
    const [outside, inside] = [start(clipped, {}), start(clipped, {})]
    for (const gradient of golden.gradients) {
      give(outside, gradient)
      give(inside, { ...gradient, ids: [], rows: [] })
      const area = inside.memory.view(WORDS, 'gradient')
      for (const [first, last] of [
        [0, 4],
        [4, 9],
      ] as const) {
        const part = area.subarray(0, (last - first) * 6)
        part.set(gradient.rows.slice(first * 6, last * 6))
        const ids = BigInt64Array.from(gradient.ids.slice(first, last), BigInt)
        inside.optimizer.addRows(WORDS, ids, part)
      }
      expect(inside.optimizer.step()).toEqual(outside.optimizer.step())
    }
    expect(copies(inside, 'parameter')).toEqual(copies(outside, 'parameter'))
  })

  test('more rows than the table has, from outside', () => {
    const [once, often] = [start(clipped, {}), start(clipped, {})]
    const rows = Float32Array.from({ length: 6 }, (_, i) => i - 3)
    once.optimizer.addRows(
      WORDS,
      Int32Array.of(11),
      rows.map((x) => x * 256),
    )
    const many = new Float32Array(256 * 6).map((_, i) => rows[i % 6] ?? 0)
    often.optimizer.addRows(WORDS, new Int32Array(256).fill(11), many)
    expect(often.optimizer.step()).toEqual(once.optimizer.step())
    expect(copies(often, 'parameter')).toEqual(copies(once, 'parameter'))
  })

  test.each([[12], [-1]])('refuse row %i of 12', (id) => {
    const { optimizer } = start(clipped, {})
    const add = () => optimizer.addRows(WORDS, Int32Array.of(0, id), new Float32Array(12))
    expect(add).toThrow(`has rows 0 to 11, but a gradient came for row ${id}`)
  })

  test('refuse rows of another width, and parameters that are not sparse', () => {
    const { optimizer } = start(clipped, {})
    const add = (name: string) => optimizer.addRows(name, Int32Array.of(1), new Float32Array(5))
    expect(() => add(WORDS)).toThrow(/1 rows of 6 numbers were expected .* but 5 numbers came/)
    expect(() => add('dense.weight')).toThrow(/dense.weight takes no gradient rows/)
  })
})

describe('accumulation', () => {
  test('two halves are the whole', () => {
    const [whole, halves] = [start(clipped, {}), start(clipped, { accumulation: true })]
    for (const [i, gradient] of golden.gradients.entries()) {
      give(whole, gradient)
      const expected = whole.optimizer.step()
      const share = i % 2 === 0 ? 0.5 : 1.5
      for (const factor of [share, 2 - share]) {
        give(halves, scaled(gradient, factor))
        halves.optimizer.accumulate()
      }
      const { gradientNorm } = halves.optimizer.step()
      expect(gradientNorm / expected.gradientNorm).toBeCloseTo(1, 6)
    }
    const expected = copies(whole, 'parameter')
    for (const [name, numbers] of Object.entries(copies(halves, 'parameter'))) {
      expect(largestDifference(numbers, expected[name] ?? []), name).toBeLessThan(1e-6)
    }
  })

  test('a step without a batch is refused', () => {
    const { optimizer } = start(clipped, { accumulation: true })
    expect(() => optimizer.step()).toThrow(/call accumulate\(\) after each batch/)
  })
})

function scaled({ ids, rows, dense }: Gradient, factor: number): Gradient {
  const times = (numbers: readonly number[]) => numbers.map((x) => x * factor)
  const all = Object.entries(dense).map(([name, numbers]) => [name, times(numbers)])
  return { ids, rows: times(rows), dense: Object.fromEntries(all) }
}

describe('state', () => {
  test('put into a new optimizer, goes on bit for bit', () => {
    const whole = start(clipped, { average: true })
    run(whole, 0, 20)
    const before = start(clipped, { average: true })
    run(before, 0, 11)
    const after = start(clipped, { average: true })
    for (const { name } of after.memory.slots) {
      after.memory.view(name, 'parameter').set(before.memory.view(name, 'parameter'))
    }
    after.optimizer.restore(structuredClone(before.optimizer.state()))
    run(after, 11, 20)
    for (const part of ['parameter', 'firstMoment', 'secondMoment', 'average'] as const) {
      expect(copies(after, part)).toEqual(copies(whole, part))
    }
  })

  test('forgets gradients that were not used yet', () => {
    const training = start(clipped, {})
    run(training, 0, 3)
    const saved = structuredClone(training.optimizer.state())
    const parameters = copies(training, 'parameter')
    run(training, 3, 6)
    const expected = copies(training, 'parameter')
    training.optimizer.addRows(WORDS, Int32Array.of(2), new Float32Array(6).fill(100))
    for (const [name, numbers] of Object.entries(parameters)) {
      training.memory.view(name, 'parameter').set(numbers)
    }
    training.optimizer.restore(saved)
    run(training, 3, 6)
    expect(copies(training, 'parameter')).toEqual(expected)
  })

  test('of other options is refused, and nothing changes', () => {
    const { optimizer } = start(clipped, {})
    const other = start(clipped, { average: true })
    run(other, 0, 2)
    expect(() => optimizer.restore(other.optimizer.state())).toThrow(
      /average\..* nothing belongs there/s,
    )
    expect(optimizer.state().step).toBe(0)
  })
})

describe('guards', () => {
  test.each([Number.NaN, Number.NEGATIVE_INFINITY])('a gradient of %d changes nothing', (value) => {
    const training = start(clipped, {})
    run(training, 0, 2)
    const before = copies(training, 'parameter')
    training.memory.view('dense.weight', 'gradient')[17] = value
    expect(() => training.optimizer.step()).toThrow(
      /at step 3 the gradient of dense.weight has NaN/,
    )
    expect(copies(training, 'parameter')).toEqual(before)
  })

  test('frozen parameters stay, and need no group', () => {
    const memory = new ParameterMemory([
      { name: 'a', shape: [3], frozen: true },
      { name: 'b', shape: [3] },
    ])
    const optimizer = new AdamW(memory, [{ names: ['b'], learningRate: 1, weightDecay: 0.5 }])
    memory.view('a', 'parameter').fill(2)
    memory.view('b', 'gradient').fill(1)
    optimizer.step()
    expect([...memory.view('a', 'parameter')]).toEqual([2, 2, 2])
    expect(memory.view('b', 'parameter')[0]).toBeCloseTo(-1, 6)
    expect([...optimizer.state().tensors.keys()]).toEqual(['first_moment.b', 'second_moment.b'])
  })

  test('a parameter in no group, or in two', () => {
    const memory = new ParameterMemory([{ name: 'a', shape: [3] }])
    const group = { names: ['a'], learningRate: 1, weightDecay: 0 }
    expect(() => new AdamW(memory, [])).toThrow(/in one group, or be frozen, but is in 0/)
    expect(() => new AdamW(memory, [group, group])).toThrow(/but is in 2/)
  })

  test.each([
    { betas: [1, 0.9] as const },
    { eps: 0 },
    { maxGradientNorm: 0 },
    { averageDecay: 1 },
  ])('refuses %o', (options) => {
    const memory = new ParameterMemory([])
    expect(() => new AdamW(memory, [], options)).toThrow(/must be (above|at least) 0/)
  })
})

import { describe, expect, test } from 'vitest'
import { runLoss, type Tensor } from '../../../test/support/loss-graph.ts'
import { InputError } from '../../errors/index.ts'
import {
  attentionRelation,
  contrastive,
  cosent,
  cosineToTeacher,
  DISTANCES,
  hiddenStates,
  type Loss,
  matryoshka,
  mse,
  multipleNegatives,
  onlineContrastive,
  RELATIONS,
  scoreDistribution,
  scoreMargins,
  similarityDistribution,
  similarityMatrix,
  teacherRanking,
  triplet,
  weightedSum,
} from './index.ts'

type Matrix = readonly (readonly number[])[]

/** Numbers without pattern, between -1 and 1 (squares times the golden ratio, modulo 1). */
function matrix(rows: number, width: number, start: number): Matrix {
  const number = (k: number) => ((k * k * 0.6180339887498949) % 1) * 2 - 1
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: width }, (_, column) => number(start + row * width + column)),
  )
}

const A = matrix(5, 4, 1)
const B = matrix(5, 4, 20)
const C = matrix(5, 4, 41)
const LABELS = [0.2, 0.9, 0.4, 0.4, 0.7]

const tensor = (rows: Matrix): Tensor => {
  return { shape: [rows.length, rows[0]?.length ?? 0], data: rows.flat() }
}

interface Given {
  readonly label?: readonly number[]
  readonly teacher?: Matrix
  /** The teacher's vectors of each of several columns. */
  readonly teachers?: readonly Matrix[]
  /** The teacher's scores of the first text with each of the others. */
  readonly scores?: Matrix
}

/** The loss of text columns; gradients must be finite, whatever the test is about. */
async function lossOf(
  loss: Loss,
  columns: readonly Matrix[],
  { label, teacher, teachers = [], scores }: Given = {},
) {
  const inputs = Object.fromEntries(columns.map((rows, i) => [`column.${i}`, tensor(rows)]))
  const targets = {
    ...(label ? { label: { shape: [label.length], data: label } } : {}),
    ...(teacher ? { teacher: tensor(teacher) } : {}),
    ...(scores ? { scores: tensor(scores) } : {}),
    ...Object.fromEntries(teachers.map((rows, i) => [`teacher.${i}`, tensor(rows)])),
  }
  const { loss: value, gradients } = await runLoss(loss, { inputs, targets })
  expect(Object.values(gradients).flat().every(Number.isFinite)).toBe(true)
  return value
}

const ORDER = [3, 0, 4, 1, 2]
const shuffled = <T>(rows: readonly T[]) => ORDER.flatMap((row) => rows.slice(row, row + 1))
const scaled = (rows: Matrix) => rows.map((row, i) => row.map((x) => x * (i + 0.5)))
/** Turned by a quarter in the plane of the first two axes. */
const turned = (rows: Matrix) => rows.map(([x = 0, y = 0, ...rest]) => [-y, x, ...rest])
const mirrored = (rows: Matrix) => rows.map((row) => row.map((x) => -x))

function dotOf(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
}

function cosineOf(a: readonly number[], b: readonly number[]): number {
  return dotOf(a, b) / Math.sqrt(dotOf(a, a) * dotOf(b, b))
}

function softmax(logits: readonly number[]): number[] {
  const powers = logits.map(Math.exp)
  const all = powers.reduce((sum, x) => sum + x)
  return powers.map((x) => x / all)
}

describe('laws of losses on pairs and triplets', () => {
  const losses = [cosent(), contrastive(), onlineContrastive(), multipleNegatives()]

  test.each(losses)('$name ignores the order of examples', async (loss) => {
    const label = loss.label === 'binary' ? [1, 0, 1, 0, 1] : LABELS
    const straight = await lossOf(loss, [A, B], { label })
    const other = await lossOf(loss, [shuffled(A), shuffled(B)], { label: shuffled(label) })
    expect(other).toBeCloseTo(straight, 5)
    expect(straight).toBeGreaterThan(0.01)
  })

  test.each(losses)('$name ignores lengths', async (loss) => {
    const label = loss.label === 'binary' ? [1, 0, 1, 0, 1] : LABELS
    const straight = await lossOf(loss, [A, B], { label })
    expect(await lossOf(loss, [scaled(A), B], { label })).toBeCloseTo(straight, 5)
  })

  test('CoSENT sees only the order of the labels', async () => {
    const straight = await lossOf(cosent(), [A, B], { label: LABELS })
    const label = LABELS.map((x) => x ** 3 * 100 - 7)
    expect(await lossOf(cosent(), [A, B], { label })).toBeCloseTo(straight, 5)
    const reversed = await lossOf(cosent(), [A, B], { label: LABELS.map((x) => -x) })
    expect(Math.abs(reversed - straight)).toBeGreaterThan(0.1)
  })

  test('CoSENT of one pair is 0', async () => {
    expect(await lossOf(cosent(), [A.slice(0, 1), B.slice(0, 1)], { label: [0.5] })).toBeCloseTo(
      0,
      10,
    )
  })

  test('ranking one pair is 0, among n equal pairs it is log n', async () => {
    const loss = multipleNegatives()
    expect(await lossOf(loss, [A.slice(0, 1), B.slice(0, 1)])).toBeCloseTo(0, 10)
    const same = [...A.slice(0, 1), ...A.slice(0, 1), ...A.slice(0, 1)]
    expect(await lossOf(loss, [same, same])).toBeCloseTo(Math.log(3), 5)
  })

  test('symmetric ranking does not tell first from second', async () => {
    const loss = multipleNegatives({ symmetric: true })
    expect(await lossOf(loss, [A, B])).toBeCloseTo(await lossOf(loss, [B, A]), 5)
  })

  test('more hard negatives never make ranking easier', async () => {
    const loss = multipleNegatives()
    const pairs = await lossOf(loss, [A, B])
    const triplets = await lossOf(loss, [A, B, C])
    expect(triplets).toBeGreaterThan(pairs)
    expect(await lossOf(loss, [A, B, C, matrix(5, 4, 77)])).toBeGreaterThan(triplets)
  })

  test.each(DISTANCES)('a triplet of equally far texts costs the margin: %s', async (distance) => {
    const loss = triplet({ distance, margin: 2 })
    expect(await lossOf(loss, [A, B, B])).toBeCloseTo(2, 6)
    expect(await lossOf(loss, [A, A, A])).toBeCloseTo(2, 6)
  })
})

describe('laws of wrappers', () => {
  test('shortening to the full width changes nothing but the length', async () => {
    const loss = matryoshka(multipleNegatives(), { dimensions: [4] })
    expect(await lossOf(loss, [A, B])).toBeCloseTo(await lossOf(multipleNegatives(), [A, B]), 5)
  })

  test('the order of dimensions does not matter, as long as weights go along', async () => {
    const one = matryoshka(cosent(), { dimensions: [4, 2], weights: [1, 3] })
    const other = matryoshka(cosent(), { dimensions: [2, 4], weights: [3, 1] })
    const label = LABELS
    const value = await lossOf(one, [A, B], { label })
    expect(await lossOf(other, [A, B], { label })).toBeCloseTo(value, 4)
  })

  test('a weighted sum is linear, and shares targets', async () => {
    const parts = [await lossOf(mse(), [A], { teacher: B })]
    parts.push(await lossOf(cosineToTeacher(), [A], { teacher: B }))
    const loss = weightedSum([{ loss: mse(), weight: 3 }, { loss: cosineToTeacher() }])
    const expected = 3 * (parts[0] ?? 0) + (parts[1] ?? 0)
    expect(await lossOf(loss, [A], { teacher: B })).toBeCloseTo(expected, 5)
  })

  test('a weighted sum asks for what all its losses ask for', () => {
    const sum = weightedSum([{ loss: contrastive() }, { loss: multipleNegatives() }])
    expect(sum).toMatchObject({ columns: { min: 2, max: 2 }, label: 'binary' })
    expect(sum.name).toBe('contrastive+multiple_negatives')
  })
})

describe('laws of distilling', () => {
  const perfect = [mse(), cosineToTeacher(), similarityMatrix(), similarityDistribution()]

  test.each(perfect)('$name is 0 for a student that equals its teacher', async (loss) => {
    expect(await lossOf(loss, [A], { teacher: A })).toBeCloseTo(0, 6)
    expect(await lossOf(loss, [A], { teacher: B })).toBeGreaterThan(0.01)
  })

  test.each([similarityMatrix(), similarityDistribution()])(
    '$name lets the student turn and mirror the space',
    async (loss) => {
      expect(await lossOf(loss, [turned(A)], { teacher: A })).toBeCloseTo(0, 6)
      expect(await lossOf(loss, [mirrored(A)], { teacher: A })).toBeCloseTo(0, 6)
    },
  )

  const relational = [similarityMatrix, similarityDistribution]

  test.each(relational)('%o compares all texts, of whatever column', async (loss) => {
    const whole = await lossOf(loss(), [[...A, ...B]], { teacher: [...B, ...C] })
    const columns = await lossOf(loss(), [A, B], { teachers: [B, C] })
    expect(columns).toBeCloseTo(whole, 6)
  })

  test('columns: queries are compared with documents only', async () => {
    const wanted = { teachers: [B, C] }
    const matrixLoss = await lossOf(similarityMatrix({ compare: 'columns' }), [A, B], wanted)
    const differences = A.flatMap((a, i) =>
      B.map((b, j) => cosineOf(a, b) - cosineOf(B[i] ?? [], C[j] ?? [])),
    )
    const squares = differences.map((x) => x * x)
    expect(matrixLoss).toBeCloseTo(squares.reduce((sum, x) => sum + x) / squares.length, 5)

    const options = { compare: 'columns', temperature: 0.5, teacherTemperature: 0.2 } as const
    const kl = A.map((a, i) => {
      const p = softmax(C.map((c) => cosineOf(B[i] ?? [], c) / 0.2))
      const q = softmax(B.map((b) => cosineOf(a, b) / 0.5))
      return p.reduce((sum, x, j) => sum + x * Math.log(x / (q[j] ?? 0)), 0)
    })
    const loss = await lossOf(similarityDistribution(options), [A, B], wanted)
    expect(loss).toBeCloseTo(kl.reduce((sum, x) => sum + x) / kl.length, 5)
  })

  const ofScores = [scoreMargins(), scoreDistribution()]
  const dots = A.map((a, i) => [B, C].map((other) => dotOf(a, other[i] ?? [])))

  test.each(ofScores)('$name is 0 for a student that scores as its teacher', async (loss) => {
    expect(await lossOf(loss, [A, B, C], { scores: dots })).toBeCloseTo(0, 6)
    // Which candidate is better is all that counts, not how good both are.
    const shifted = dots.map((row, i) => row.map((x) => x + 3 * i))
    expect(await lossOf(loss, [A, B, C], { scores: shifted })).toBeCloseTo(0, 5)
    const reversed = dots.map((row) => row.toReversed())
    expect(await lossOf(loss, [A, B, C], { scores: reversed })).toBeGreaterThan(0.01)
  })

  test('the order of candidates does not matter to their distribution', async () => {
    const loss = scoreDistribution({ similarity: 'cosine', temperature: 0.2 })
    const scores = matrix(5, 2, 90)
    const straight = await lossOf(loss, [A, B, C], { scores })
    const swapped = scores.map((row) => row.toReversed())
    expect(await lossOf(loss, [A, C, B], { scores: swapped })).toBeCloseTo(straight, 5)
  })

  test.each(ofScores)('the gradient of $name is the slope of its value', async (loss) => {
    const scores = matrix(5, 2, 90)
    const targets = { scores: tensor(scores) }
    const run = (first: Matrix) => {
      const inputs = { 'column.0': tensor(first), 'column.1': tensor(B), 'column.2': tensor(C) }
      return runLoss(loss, { inputs, targets })
    }
    const moved = (by: number) =>
      A.map((row, i) => (i === 1 ? row.with(2, (row[2] ?? 0) + by) : row))
    const [up, down] = [await run(moved(0.01)), await run(moved(-0.01))]
    const { gradients } = await run(A)
    expect(gradients['column.0']?.[6]).toBeCloseTo((up.loss - down.loss) / 0.02, 4)
  })

  test('vectors and scores are not compared with in one sum', () => {
    expect(() => weightedSum([{ loss: mse() }, { loss: scoreMargins() }])).toThrow(
      expect.objectContaining({ code: 'loss-teachers' }),
    )
    const sum = weightedSum([{ loss: scoreDistribution() }, { loss: scoreMargins() }])
    expect(sum.comparesWith).toBe('scores')
  })

  /** Two texts of three and two tokens. */
  const mask: Tensor = { shape: [2, 3], data: [1, 1, 1, 1, 1, 0] }
  const padding = [5]
  const rows = matrix(6, 4, 3)
  const otherPadding = rows.map((row, i) => (padding.includes(i) ? row.map((x) => 9 - x) : row))

  test('hidden states and relations are 0 for a student that equals its teacher', async () => {
    for (const { loss, prefix, shape } of inside()) {
      const data = { shape, data: rows.flat() }
      const targets = { [`${prefix}.0`]: { shape: [2, 3, 4], data: rows.flat() } }
      const given = { inputs: { [`${prefix}.0`]: data }, targets, mask }
      expect((await runLoss(loss, given)).loss).toBeCloseTo(0, 6)
    }
  })

  test('hidden states and relations do not see padding', async () => {
    for (const { loss, prefix, shape } of inside()) {
      const targets = { [`${prefix}.0`]: { shape: [2, 3, 4], data: matrix(6, 4, 50).flat() } }
      const run = (data: Matrix) =>
        runLoss(loss, { inputs: { [`${prefix}.0`]: { shape, data: data.flat() } }, targets, mask })
      const [result, other] = [await run(rows), await run(otherPadding)]
      expect(other.loss).toBeCloseTo(result.loss, 6)
      expect(result.loss).toBeGreaterThan(0.01)
      const gradient = result.gradients[`${prefix}.0`] ?? []
      const ofPadding = padding.flatMap((row) => gradient.slice(row * 4, row * 4 + 4))
      expect(ofPadding.map(Math.abs)).toEqual([0, 0, 0, 0])
    }
  })

  function inside() {
    const pairs = [{ student: 0, teacher: 0 }]
    const relationLosses = RELATIONS.map((relation) => {
      const loss = attentionRelation({ teacherLayer: 0, heads: 2, relations: [relation] })
      return { loss, prefix: relation, shape: [6, 4] }
    })
    return [
      { loss: hiddenStates({ pairs }), prefix: 'hidden_states', shape: [2, 3, 4] },
      ...relationLosses,
    ]
  }
})

describe('a batch that lacks something teaches nothing, one that does not teaches', () => {
  const texts = (count: number, columns: number, label?: readonly number[]) =>
    Array.from({ length: count }, (_, i) => {
      return { texts: Array.from({ length: columns }, (__, at) => `${i} ${at}`), label: label?.[i] }
    })
  const rows = (count: number, columns: number) =>
    [A, B, C].slice(0, columns).map((matrix) => matrix.slice(0, count))
  const summed = weightedSum([{ loss: cosent() }, { loss: multipleNegatives() }])
  const shortened = matryoshka(cosent(), { dimensions: [4, 2] })

  test.each<[Loss, number, number, readonly number[] | undefined, string | undefined]>([
    [cosent(), 3, 2, [1, 1, 1], 'all its labels are 1'],
    [cosent(), 1, 2, [0.5], 'all its labels are 0.5'],
    [cosent(), 3, 2, [1, 1, 0], undefined],
    [shortened, 2, 2, [0, 0], 'all its labels are 0'],
    [onlineContrastive(), 1, 2, [1], 'it has fewer than 2 examples'],
    [onlineContrastive(), 3, 2, [1, 1, 1], undefined],
    [contrastive(), 1, 2, [1], undefined],
    [multipleNegatives(), 1, 2, undefined, 'it has no other text to tell the positive from'],
    [multipleNegatives(), 2, 2, undefined, undefined],
    [multipleNegatives(), 1, 3, undefined, undefined],
    [similarityMatrix(), 1, 1, undefined, 'it has fewer than 2 examples'],
    [similarityMatrix(), 2, 1, undefined, undefined],
    [similarityDistribution(), 2, 1, undefined, 'it has fewer than 3 examples'],
    [similarityDistribution(), 3, 1, undefined, undefined],
    [similarityDistribution({ candidates: 'teacher' }), 1, 1, undefined, 'fewer than 2 examples'],
    [similarityDistribution({ candidates: 'teacher' }), 2, 1, undefined, undefined],
    [teacherRanking(), 1, 1, undefined, 'it has fewer than 2 examples'],
    [teacherRanking(), 2, 1, undefined, undefined],
    [summed, 1, 2, [1], 'all its labels are 1, and it has no other text'],
    [summed, 2, 2, [1, 1], undefined],
  ])('$0.name, %#', async (loss, count, columns, label, lack) => {
    const found = loss.lack?.(texts(count, columns, label))
    if (lack === undefined) expect(found).toBeUndefined()
    else expect(found).toContain(lack)
    const inputs = rows(count, columns).map((matrix, i) => [`column.${i}`, tensor(matrix)] as const)
    const targets = {
      ...(label ? { label: { shape: [count], data: label } } : {}),
      ...(loss.label === 'none' && columns === 1 ? { teacher: tensor(B.slice(0, count)) } : {}),
    }
    const { gradients } = await runLoss(loss, { inputs: Object.fromEntries(inputs), targets })
    const steepest = Math.max(...Object.values(gradients).flat().map(Math.abs))
    if (lack === undefined) expect(steepest).toBeGreaterThan(1e-3)
    else expect(steepest).toBeLessThan(1e-6)
  })
})

describe('what cannot be asked for', () => {
  const pairs = [{ student: 0, teacher: 0 }]

  test.each([
    ['scale', () => cosent({ scale: 0 })],
    ['scale', () => multipleNegatives({ scale: Number.NaN })],
    ['margin', () => contrastive({ margin: -1 })],
    ['distance', () => triplet({ distance: 'hamming' as 'cosine' })],
    ['dimensions', () => matryoshka(mse(), { dimensions: [] })],
    ['dimensions', () => matryoshka(mse(), { dimensions: [1.5] })],
    ['weights', () => matryoshka(mse(), { dimensions: [4, 2], weights: [1] })],
    ['parts', () => weightedSum([])],
    ['parts.weight', () => weightedSum([{ loss: mse(), weight: 0 }])],
    ['projectTo', () => cosineToTeacher({ projectTo: 0 })],
    ['teacherSize', () => similarityMatrix({ teacherSize: -1 })],
    ['compare', () => similarityMatrix({ compare: 'rows' as 'columns' })],
    ['temperature', () => similarityDistribution({ temperature: 0 })],
    ['candidates', () => similarityDistribution({ candidates: 'both' as 'student' })],
    ['similarity', () => scoreMargins({ similarity: 'euclidean' as 'dot' })],
    ['scale', () => scoreMargins({ scale: 0 })],
    ['teacherTemperature', () => scoreDistribution({ teacherTemperature: -1 })],
    ['pairs', () => hiddenStates({ pairs: [] })],
    ['pairs.student', () => hiddenStates({ pairs: [{ student: -1, teacher: 0 }] })],
    ['heads', () => attentionRelation({ teacherLayer: 0, heads: 0 })],
    ['relations', () => attentionRelation({ teacherLayer: 0, heads: 2, relations: [] })],
  ])('%s', (option, make) => {
    expect(make).toThrow(InputError)
    expect(make).toThrow(new RegExp(`^the loss \\S+ cannot have the option ${option} .*: .+`))
  })

  test('an option that there is not', () => {
    const options = { scale: 5, symetric: true }
    expect(() => multipleNegatives(options)).toThrow(/multiple_negatives .*"symetric"/)
  })

  test('an option that is undefined is not given', async () => {
    const options = { scale: undefined } as object
    expect(await lossOf(multipleNegatives(options), [A, B])).toBe(
      await lossOf(multipleNegatives(), [A, B]),
    )
  })

  test('embeddings that are too short to be shortened', async () => {
    const loss = matryoshka(multipleNegatives(), { dimensions: [8] })
    await expect(lossOf(loss, [A, B])).rejects.toThrow('embeddings of 4 components to 8')
  })

  test('layers and sizes the model does not have', async () => {
    const mask: Tensor = { shape: [1, 2], data: [1, 1] }
    const state: Tensor = { shape: [1, 2, 4], data: matrix(2, 4, 1).flat() }
    const given = { inputs: { 'hidden_states.0': state }, targets: {}, mask }
    const beyond = hiddenStates({ pairs: [{ student: 3, teacher: 0 }] })
    await expect(runLoss(beyond, given)).rejects.toThrow('no hidden state 3: the last one is 0')
    const wide = hiddenStates({ pairs, teacherSize: 6, projection: false })
    await expect(runLoss(wide, given)).rejects.toThrow('cannot be compared without a projection')
    const keys = { ...given, inputs: { 'keys.0': { shape: [2, 4], data: state.data } } }
    const uneven = attentionRelation({ teacherLayer: 0, heads: 3, relations: ['keys'] })
    await expect(runLoss(uneven, keys)).rejects.toThrow('cannot be split into 3 relation heads')
  })
})

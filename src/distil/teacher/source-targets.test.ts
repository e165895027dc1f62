import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/model-folder.ts'
import { largestDifference } from '../../../test/support/vectors.ts'
import { pairwiseSimilarity } from '../../similarity/index.ts'
import { datasetOf } from '../../train/index.ts'
import { openTeacher } from './open-teacher.ts'
import { SourceTargets, type SourceTargetsOptions, TeacherCaches } from './source-targets.ts'

const ROWS = [
  ['第1句', '第2句'],
  ['第3句', '第1句'],
  ['第2句', '第5句'],
]
const PAIRS = datasetOf({ name: 'pairs', kind: 'pairs', rows: ROWS })
const EXAMPLES = ROWS.map((_, index) => PAIRS.example(index))

/** A teacher of some width whose vectors depend on the text, prompt included; exact in float16. */
function teacherOf(dimensions: number, prompts: Readonly<Record<string, string>> = {}) {
  return openTeacher(
    async (texts) => {
      const numbers = texts.flatMap((text) =>
        Array.from(
          { length: dimensions },
          (_, d) => ((text.codePointAt(1) ?? 0) % (7 + d)) - 2 * d,
        ),
      )
      const data = Float32Array.from(numbers)
      return { data, rows: texts.length, dimensions }
    },
    { id: `width ${dimensions}`, prompts },
  )
}

const opened = (options: Omit<SourceTargetsOptions, 'caches'>) =>
  SourceTargets.open({ ...options, caches: new TeacherCaches(temporaryFolder()) })

async function vectorsOf(teacher: Awaited<ReturnType<typeof teacherOf>>, texts: readonly string[]) {
  return teacher.vectors(texts)
}

test('one teacher: its vectors as they are, of every column', async () => {
  const teacher = await teacherOf(3)
  const targets = await opened({ dataset: PAIRS, teachers: [{ teacher, weight: 1 }] })
  const tensors = await targets.targets(EXAMPLES)
  expect(Object.keys(tensors)).toEqual(['teacher.0', 'teacher.1'])
  const second = await vectorsOf(teacher, ['第2句', '第1句', '第5句'])
  expect(tensors['teacher.1']).toEqual({ type: 'float32', dims: [3, 3], data: second.data })
})

test('sentences: their vectors under one name', async () => {
  const dataset = datasetOf({ name: 'sentences', kind: 'sentences', rows: [['甲'], ['乙']] })
  const teacher = await teacherOf(2)
  const targets = await opened({
    dataset,
    teachers: [{ teacher, weight: 1 }],
  })
  const tensors = await targets.targets([dataset.example(1)])
  expect(tensors).toMatchObject({ teacher: { dims: [1, 2] } })
})

describe('several teachers', () => {
  test('a cosine of the whole is the weighted mean of their cosines', async () => {
    const [a, b] = [await teacherOf(3), await teacherOf(5)]
    const targets = await opened({
      dataset: PAIRS,
      teachers: [
        { teacher: a, weight: 3 },
        { teacher: b, weight: 1 },
      ],
    })
    expect(targets.dimensions).toBe(8)
    const left = ROWS.map(([text = '']) => text)
    const right = ROWS.map(([, text = '']) => text)
    const cosines = pairwiseSimilarity(
      'dot',
      await targets.vectors(left, 0),
      await targets.vectors(right, 1),
    )
    const cosinesOf = async (teacher: typeof a) =>
      pairwiseSimilarity('cosine', await vectorsOf(teacher, left), await vectorsOf(teacher, right))
    const [first, second] = [await cosinesOf(a), await cosinesOf(b)]
    const wanted = first.map((x, index) => (3 * x + (second[index] ?? 0)) / 4)
    expect(largestDifference([...cosines], [...wanted])).toBeLessThan(1e-6)
  })
})

test('columns with roles get the prompts of these, each text once a role', async () => {
  const teacher = await teacherOf(3, { query: '问', document: '文' })
  const targets = await opened({
    dataset: PAIRS,
    teachers: [{ teacher, weight: 1 }],
    roles: ['query', 'document'],
  })
  const tensors = await targets.targets(EXAMPLES)
  const queries = await vectorsOf(teacher, ['问第1句', '问第3句', '问第2句'])
  const documents = await vectorsOf(teacher, ['文第2句', '文第1句', '文第5句'])
  expect(tensors['teacher.0']?.data).toEqual(queries.data)
  expect(tensors['teacher.1']?.data).toEqual(documents.data)
})

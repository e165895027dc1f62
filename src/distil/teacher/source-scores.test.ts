import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/model-folder.ts'
import { largestDifference } from '../../../test/support/vectors.ts'
import type { TextPair } from '../../encoder/index.ts'
import { datasetOf } from '../../train/index.ts'
import { checkedScores, SourceScores } from './source-scores.ts'
import { TeacherCaches } from './source-targets.ts'
import type { ScoreFunction, Teacher } from './teacher.ts'

const ROWS = [
  ['花呗怎么还款', '还款', '今天天气', '真不错'],
  ['今天天气', '出去走走', '还款', '花呗'],
  ['还款', '花呗怎么还款', '走', '今天天气'],
]
const PAIRS = ROWS.flatMap(([query = '', ...documents]) =>
  documents.map((document): TextPair => [query, document]),
)
const DATASET = datasetOf({ name: 'rows', kind: 'triplets', rows: ROWS })
const EXAMPLES = ROWS.map((_, index) => DATASET.example(index))

/** Scores that depend on the order of a pair. */
const byLength: ScoreFunction = async (pairs) =>
  Float32Array.from(pairs, ([query, document]) => query.length / 3 - document.length)
const byCharacter: ScoreFunction = async (pairs) =>
  Float32Array.from(pairs, ([query, document]) => query.charCodeAt(0) - document.charCodeAt(0))

function teacherOf(id: string, scores: ScoreFunction): Teacher {
  const vectors = async () => {
    throw new Error('not asked for')
  }
  return { id, scores, vectors, dispose: async () => {} }
}

test('the scores of a batch, of several teachers their weighted mean', async () => {
  const targets = await SourceScores.open({
    dataset: DATASET,
    teachers: [
      { teacher: teacherOf('length', byLength), weight: 3 },
      { teacher: teacherOf('character', byCharacter), weight: 1 },
    ],
    caches: new TeacherCaches(temporaryFolder()),
  })
  const { scores } = await targets.targets(EXAMPLES)
  const [one, two] = [await byLength(PAIRS), await byCharacter(PAIRS)]
  const wanted = one.map((score, index) => (3 * score + (two[index] ?? 0)) / 4)
  expect(scores).toMatchObject({ type: 'float32', dims: [3, 3] })
  expect(largestDifference(await targets.scores(EXAMPLES), wanted)).toBeLessThan(1e-3)
  const second = await targets.scores(EXAMPLES.slice(1, 2))
  expect(largestDifference(second, wanted.subarray(3, 6))).toBeLessThan(1e-3)
})

test('what is kept is not asked for again', async () => {
  const folder = temporaryFolder()
  const asked: number[] = []
  const counted: ScoreFunction = (pairs) => {
    asked.push(pairs.length)
    return byLength(pairs)
  }
  for (const rows of [ROWS.slice(0, 2), ROWS]) {
    const dataset = datasetOf({ name: 'rows', kind: 'triplets', rows })
    const teachers = [{ teacher: teacherOf('counted', counted), weight: 1 }]
    await SourceScores.open({ dataset, teachers, caches: new TeacherCaches(folder) })
  }
  expect(asked).toEqual([6, 3])
})

test.each([
  ['too few', new Float32Array(2), 'teacher-rows'],
  ['no number', new Float32Array(9).fill(Number.NaN), 'teacher-not-finite'],
])('scores that are %s are refused', async (_, found, code) => {
  const scores = checkedScores('mine', async () => found)
  await expect(scores(PAIRS)).rejects.toMatchObject({ code })
})

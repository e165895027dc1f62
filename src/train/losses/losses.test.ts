import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type LossCase, runLoss, type Tensor } from '../../../test/support/loss-graph.ts'
import { FIXTURES, readJson } from '../../../test/support/shared.ts'
import {
  attentionRelation,
  contrastive,
  cosent,
  cosineSimilarity,
  cosineToTeacher,
  hiddenStates,
  LOSSES,
  type Loss,
  matryoshka,
  mse,
  multipleNegatives,
  onlineContrastive,
  scoreDistribution,
  scoreMargins,
  similarityDistribution,
  similarityMatrix,
  teacherRanking,
  triplet,
  weightedSum,
} from './index.ts'

/** Written by test/fixtures/losses/make_fixtures.py with sentence-transformers and PyTorch. */
interface GoldenCase extends LossCase {
  readonly name: string
  readonly loss: number
  readonly gradients: Readonly<Record<string, Tensor>>
}

const file = new URL('../../../test/fixtures/losses/losses.json', import.meta.url)
const { mask, cases } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly mask: Tensor
  readonly cases: readonly GoldenCase[]
}

const shortening = { dimensions: [8, 4, 2], weights: [1, 0.5, 0.25] }
const pairs = (...numbers: readonly (readonly [number, number])[]) =>
  numbers.map(([student, teacher]) => ({ student, teacher }))

/** The loss of every golden case, by its name. */
const GOLDEN: Readonly<Record<string, Loss>> = {
  cosent: cosent(),
  'cosent, scale 5': cosent({ scale: 5 }),
  'cosent, equal labels': cosent(),
  cosine_similarity: cosineSimilarity(),
  contrastive: contrastive(),
  'contrastive, euclidean': contrastive({ distance: 'euclidean', margin: 3 }),
  'contrastive, manhattan': contrastive({ distance: 'manhattan', margin: 3 }),
  online_contrastive: onlineContrastive(),
  'online_contrastive, euclidean': onlineContrastive({ distance: 'euclidean', margin: 3 }),
  'online_contrastive, manhattan': onlineContrastive({ distance: 'manhattan', margin: 3 }),
  'online_contrastive, only 0': onlineContrastive({ margin: 1.5 }),
  'online_contrastive, only 1': onlineContrastive({ margin: 1.5 }),
  multiple_negatives: multipleNegatives(),
  'multiple_negatives, triplets': multipleNegatives(),
  'multiple_negatives, two negatives, scale 10': multipleNegatives({ scale: 10 }),
  'multiple_negatives, symmetric': multipleNegatives({ symmetric: true }),
  'multiple_negatives, symmetric triplets': multipleNegatives({ symmetric: true }),
  triplet: triplet(),
  'triplet, cosine': triplet({ distance: 'cosine', margin: 0.5 }),
  'triplet, manhattan': triplet({ distance: 'manhattan', margin: 2 }),
  'triplet, euclidean': triplet({ distance: 'euclidean', margin: 1 }),
  mse: mse(),
  'mse, two columns': mse(),
  'mse, per column': mse({ perColumn: true }),
  cosine_to_teacher: cosineToTeacher(),
  'cosine_to_teacher, projected': cosineToTeacher({ projectTo: 12 }),
  'matryoshka of cosent': matryoshka(cosent(), shortening),
  'matryoshka of multiple_negatives': matryoshka(multipleNegatives(), shortening),
  'matryoshka of mse': matryoshka(mse(), shortening),
  'weighted sum': weightedSum([
    { loss: cosent(), weight: 2 },
    { loss: cosineSimilarity(), weight: 0.5 },
  ]),
  'odd rows: cosent': cosent(),
  'odd rows: cosine_similarity': cosineSimilarity(),
  'odd rows: contrastive': contrastive(),
  'odd rows: contrastive, euclidean': contrastive({ distance: 'euclidean', margin: 3 }),
  'odd rows: online_contrastive': onlineContrastive(),
  'odd rows: multiple_negatives': multipleNegatives(),
  'odd rows: triplet': triplet(),
  'odd rows: cosine_to_teacher': cosineToTeacher(),
  similarity_matrix: similarityMatrix(),
  'similarity_matrix, wide teacher': similarityMatrix({ teacherSize: 12 }),
  similarity_distribution: similarityDistribution({ teacherSize: 12 }),
  'similarity_distribution, temperatures': similarityDistribution({
    teacherSize: 12,
    temperature: 0.2,
    teacherTemperature: 0.1,
  }),
  "similarity_distribution, teacher's candidates": similarityDistribution({
    candidates: 'teacher',
    temperature: 0.2,
    teacherTemperature: 0.1,
  }),
  teacher_ranking: teacherRanking(),
  'odd rows: similarity_matrix': similarityMatrix(),
  'odd rows: similarity_distribution': similarityDistribution(),
  score_margins: scoreMargins(),
  'score_margins, two negatives': scoreMargins(),
  'score_margins, cosine': scoreMargins({ similarity: 'cosine', scale: 5 }),
  score_distribution: scoreDistribution(),
  'score_distribution, temperature': scoreDistribution({ temperature: 2 }),
  'score_distribution, cosine': scoreDistribution({
    similarity: 'cosine',
    temperature: 0.1,
    teacherTemperature: 2,
  }),
  'odd rows: score_distribution': scoreDistribution({ similarity: 'cosine' }),
  hidden_states: hiddenStates({ pairs: pairs([0, 0], [2, 4]) }),
  'hidden_states, projected': hiddenStates({ pairs: pairs([1, 3], [2, 6]), teacherSize: 12 }),
  attention_relation: attentionRelation({ teacherLayer: 11, teacherSize: 12, heads: 4 }),
  'attention_relation, values of the first layer': attentionRelation({
    teacherLayer: 5,
    studentLayer: 0,
    heads: 2,
    relations: ['values'],
  }),
}

describe('losses and gradients agree with sentence-transformers and PyTorch', () => {
  test.each(cases)('$name', async ({ name, loss: expected, gradients, ...given }) => {
    const loss = GOLDEN[name]
    if (!loss) throw new Error(`no loss is written down for the golden case ${name}`)
    const result = await runLoss(loss, { ...given, mask })
    expectClose([result.loss], [expected], 1e-5)
    for (const [input, gradient] of Object.entries(result.gradients)) {
      expectClose(gradient, gradients[input]?.data ?? [], 1e-5)
    }
    expect(Object.keys(result.gradients)).not.toEqual([])
  })

  test('every loss written down has a golden case', () => {
    expect(Object.keys(GOLDEN).sort()).toEqual(cases.map(({ name }) => name).sort())
  })

  test('so has every loss that recipes can name', () => {
    // Those of cross-encoders are tested in test/train-rerank.test.ts.
    const ofPairs = readJson<{ bert: object }>(join(FIXTURES, 'rerankers/losses.json')).bert
    const names = [...Object.values(GOLDEN).map(({ name }) => name), ...Object.keys(ofPairs)]
    for (const { name } of LOSSES) expect(names).toContain(name)
  })
})

/**
 * Differences are told as shares of the largest number expected, or of 1e-3 where all are smaller.
 */
function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number) {
  expect(actual).toHaveLength(expected.length)
  const largest = Math.max(1e-3, ...expected.map(Math.abs))
  const differences = actual.map((x, i) => Math.abs(x - (expected[i] ?? Number.NaN)) / largest)
  // Not below the tolerance, rather than above it, so that NaN counts.
  expect(differences.filter((difference) => !(difference <= tolerance))).toEqual([])
}

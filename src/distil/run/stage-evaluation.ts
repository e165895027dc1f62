import type { SentenceEncoder } from '../../encoder/index.ts'
import { RuntimeError } from '../../errors/index.ts'
import {
  evaluateRetrievalSets,
  evaluateTasks,
  type LoadedTasks,
  type RetrievalSet,
} from '../../evaluate/index.ts'
import { mean } from '../../metrics/index.ts'
import type { Scores } from '../../train/index.ts'
import { encodeInRoles, encodeRoles, promptedEncode } from '../prompted-encode.ts'
import type { Agreement } from './agreement.ts'
import type { HeldOut } from './teacher-vectors.ts'

/** What a student is measured on while it is trained. */
export interface Measure {
  readonly heldOut: readonly HeldOut[]
  readonly tasks: LoadedTasks | undefined
  readonly retrieval: readonly RetrievalSet[] | undefined
  readonly prompt: string | undefined
}

/** Below this, all held-out texts have nearly the same vector: 1 - mean cosine. */
const LEAST_SPREAD = 1e-3

/**
 * The scores of a student by name: `agreement` and `teacher_cosine` on held-out texts, of several
 * groups of teachers the mean; then each task and their `average`, each retrieval set (nDCG@10) and
 * their mean, `retrieval`, where there are any.
 * @throws RuntimeError when the student has collapsed: all its vectors are the same.
 */
export async function scoreStudent(
  encoder: SentenceEncoder,
  { heldOut, tasks, retrieval, prompt }: Measure,
): Promise<Scores> {
  const scores: Record<string, number> = {}
  const agreements = await agreementsWith(encoder, heldOut, prompt)
  for (const { agreement, spread } of agreements) {
    if (agreement === undefined || spread < LEAST_SPREAD) throw collapsed(spread)
  }
  const agreement = mean(agreements.flatMap((group) => group.agreement ?? []))
  if (agreement !== undefined) scores.agreement = agreement
  const cosine = mean(agreements.flatMap((group) => group.cosine ?? []))
  if (cosine !== undefined) scores.teacher_cosine = cosine
  if (tasks) Object.assign(scores, await taskScores(encoder, tasks, prompt))
  if (retrieval) Object.assign(scores, await retrievalScores(encoder, retrieval))
  return scores
}

/** No average where a task has no score. */
async function taskScores(
  encoder: SentenceEncoder,
  { tasks }: LoadedTasks,
  prompt: string | undefined,
): Promise<Scores> {
  const results = await evaluateTasks(promptedEncode(encoder, prompt), tasks, { resamples: 1 })
  const scores = results.map(({ task, score = Number.NaN }) => [task, score] as const)
  const average = mean(scores.map(([, score]) => score)) ?? Number.NaN
  return { ...Object.fromEntries(scores), average }
}

async function retrievalScores(
  encoder: SentenceEncoder,
  sets: readonly RetrievalSet[],
): Promise<Scores> {
  const results = await evaluateRetrievalSets(encodeRoles(encoder), sets)
  const scores = results.map(({ set, ndcg10 }) => [set, ndcg10] as const)
  const retrieval = mean(scores.map(([, score]) => score)) ?? Number.NaN
  return { ...Object.fromEntries(scores), retrieval }
}

/** How far a student agrees with some teachers, on so many texts. */
export interface TeacherAgreement extends Agreement {
  readonly teachers: string
  readonly texts: number
}

/** How far a student agrees with the teachers of each group of held-out texts. */
export async function agreementsWith(
  encoder: SentenceEncoder,
  heldOut: readonly HeldOut[],
  prompt: string | undefined,
): Promise<TeacherAgreement[]> {
  const agreements: TeacherAgreement[] = []
  for (const { teachers, texts, agreement } of heldOut) {
    if (texts.length < 2) continue
    const own = await encodeInRoles(encoder, texts, prompt)
    agreements.push({ ...agreement(own), teachers, texts: texts.length })
  }
  return agreements
}

function collapsed(spread: number): RuntimeError {
  return new RuntimeError(
    'distil-collapsed',
    `the student gives all texts nearly the same vector (mean cosine ${(1 - spread).toFixed(4)}); ` +
      'lower the learning rate, or add a loss that compares texts, such as similarity_matrix',
    { facts: { spread } },
  )
}

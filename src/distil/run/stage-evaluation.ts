import type { SentenceEncoder } from '../../encoder/index.ts'
import { RuntimeError } from '../../errors/index.ts'
import { evaluateTasks, type LoadedTasks, type TaskResult } from '../../evaluate/index.ts'
import { mean } from '../../metrics/index.ts'
import type { Matrix } from '../../similarity/index.ts'
import type { Scores } from '../../train/index.ts'
import { promptedEncode } from '../prompted-encode.ts'
import { agreementOf } from './agreement.ts'

/** What a student is measured on while it is trained. */
export interface Measure {
  readonly heldOut: { readonly texts: readonly string[]; readonly vectors: Matrix }
  readonly tasks: LoadedTasks | undefined
  readonly prompt: string | undefined
}

/** Below this, all held-out texts have nearly the same vector: 1 - mean cosine. */
const LEAST_SPREAD = 1e-3

/**
 * The scores of a student by name: `agreement` and `teacher_cosine` on held-out texts, then each
 * task and their `average`, where there are tasks.
 * @throws RuntimeError when the student has collapsed: all its vectors are the same.
 */
export async function scoreStudent(
  encoder: SentenceEncoder,
  { heldOut, tasks, prompt }: Measure,
): Promise<Scores> {
  const encode = promptedEncode(encoder, prompt)
  const scores: Record<string, number> = {}
  if (heldOut.texts.length > 1) {
    const { agreement, cosine, spread } = agreementOf(await encode(heldOut.texts), heldOut.vectors)
    if (agreement === undefined || spread < LEAST_SPREAD) throw collapsed(spread)
    scores.agreement = agreement
    if (cosine !== undefined) scores.teacher_cosine = cosine
  }
  if (!tasks) return scores
  const results = await evaluateTasks(encode, tasks.tasks, { resamples: 1 })
  for (const { task, score = Number.NaN } of results) scores[task] = score
  return { ...scores, average: average(results) }
}

/** No number where a task has no score. */
function average(results: readonly TaskResult[]): number {
  return mean(results.map(({ score = Number.NaN }) => score)) ?? Number.NaN
}

function collapsed(spread: number): RuntimeError {
  return new RuntimeError(
    'distil-collapsed',
    `the student gives all texts nearly the same vector (mean cosine ${(1 - spread).toFixed(4)}); ` +
      'lower the learning rate, or add a loss that compares texts, such as similarity_matrix',
    { facts: { spread } },
  )
}

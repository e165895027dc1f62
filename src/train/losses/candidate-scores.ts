import { z } from 'zod'
import type { Value } from '../../graph/index.ts'
import { concat, multiply, reduceSum, unsqueeze } from '../../graph/operations.ts'
import { columnAt, type LossContext } from './loss.ts'
import { cosine } from './similarity.ts'

const PAIR_SIMILARITIES = ['dot', 'cosine'] as const
/** How a student scores a pair of texts: by the dot product of its vectors or by their cosine. */
export type PairSimilarity = (typeof PAIR_SIMILARITIES)[number]

export const similarityOption = z.enum(PAIR_SIMILARITIES).default('dot')

/** Scores [P,N] of the first text of each example with each of the other N, its candidates. */
interface CandidateScores {
  readonly student: Value
  readonly teacher: Value
}

/** By the student's vectors, and of the target `scores`. */
export function candidateScores(context: LossContext, similarity: PairSimilarity): CandidateScores {
  const query = columnAt(context, 0)
  const candidates = context.columns.slice(1)
  const scores = candidates.map((candidate) => scoreOf(similarity, query, candidate))
  return {
    student: concat(
      scores.map((score) => unsqueeze(score, 1)),
      1,
    ),
    teacher: context.target('scores', [candidates.length]),
  }
}

function scoreOf(similarity: PairSimilarity, a: Value, b: Value): Value {
  return similarity === 'dot' ? reduceSum(multiply(a, b), 1) : cosine(a, b)
}

/** What losses on a teacher's scores take: a text and at least two candidates, so that there is a choice. */
export const candidateColumns = { min: 3, max: Number.POSITIVE_INFINITY }

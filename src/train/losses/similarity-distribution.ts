import { z } from 'zod'
import type { Value } from '../../graph/index.ts'
import { multiply, oneHot, range, where } from '../../graph/operations.ts'
import { defineLoss, positive } from './define-loss.ts'
import { type Loss, severalExamples } from './loss.ts'
import { divergence, mean } from './reductions.ts'
import { dotProducts } from './similarity.ts'
import {
  comparedPairs,
  compareOption,
  type RelationalOptions,
  relationalColumns,
  relationalTeacher,
} from './unit-pair.ts'

/** A logit that softmax turns into exactly 0. */
const NEVER = -1e9

export interface SimilarityDistributionOptions extends RelationalOptions {
  /** Cosines are divided by it. Default 0.05. */
  readonly temperature?: number
  /** The same for the teacher's. Default: `temperature`. */
  readonly teacherTemperature?: number
  /**
   * Whom the student is compared with: the other texts as the student sees them, or all texts of
   * the batch as the teacher sees them, which ties the student to the teacher's space and needs
   * equal widths. Default 'student'.
   */
  readonly candidates?: 'student' | 'teacher'
}

/**
 * Distils who is near whom: mean over i of KL(softmax(tᵢ·tⱼ/τₜ) ‖ softmax(sᵢ·cⱼ/τ)) over the texts
 * j that i is compared with, all vectors of length 1. With the student's own candidates c = s, where j = i
 * tells nothing and is excluded; or with the teacher's, c = t, and j = i in.
 *
 * Inputs: as `similarityMatrix`. The lower the temperature, the more the nearest texts count. With
 * the teacher's candidates and τₜ near 0 it becomes `teacherRanking`. Not multiplied by τ², as some
 * do: weigh it instead.
 * Source: Fang et al. 2021, "SEED: Self-supervised Distillation for Visual Representation",
 * with the batch in place of a queue.
 */
export function similarityDistribution(options: SimilarityDistributionOptions = {}): Loss {
  return similarityDistributionLoss.build(options)
}

export const similarityDistributionLoss = defineLoss({
  name: 'similarity_distribution',
  summary: 'who is near whom: KL of softmaxed cosines; the nearest texts count most',
  options: {
    temperature: positive.default(0.05),
    teacherTemperature: positive.exactOptional(),
    candidates: z.enum(['student', 'teacher']).default('student'),
    compare: compareOption,
  },
  teacher: relationalTeacher,
  make: ({ temperature, teacherTemperature = temperature, candidates, ...options }) => ({
    columns: relationalColumns(options),
    label: 'none',
    equalWidths: candidates === 'teacher',
    // Without itself, one of two texts has a single candidate left.
    lack: severalExamples(candidates === 'student' ? 3 : 2),
    build(context) {
      const { rows, columns } = comparedPairs(context, options)
      const wanted = multiply(dotProducts(rows.teacher, columns.teacher), 1 / teacherTemperature)
      const given = multiply(dotProducts(rows.student, columns[candidates]), 1 / temperature)
      const hasSelf = candidates === 'student' && options.compare !== 'columns'
      return mean(
        hasSelf ? divergence(withoutSelf(wanted), withoutSelf(given)) : divergence(wanted, given),
      )
    },
  }),
})

function withoutSelf(logits: Value): Value {
  const [rows = 1, columns = 1] = logits.shape
  return where(oneHot(range(logits.graph, rows), columns), NEVER, logits)
}

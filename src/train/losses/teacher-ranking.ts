import { defineLoss, positive } from './define-loss.ts'
import { type Loss, severalExamples } from './loss.ts'
import { inBatchRanking } from './multiple-negatives.ts'
import { unitPair } from './unit-pair.ts'

export interface TeacherRankingOptions {
  /** The inverse temperature. Default 20. */
  readonly scale?: number
}

/**
 * InfoNCE against the teacher: mean over i of -log softmax(scale · cos(sᵢ, t)) at tᵢ: every text's
 * student vector should find the teacher's vector of the same text among those of the batch.
 *
 * Inputs: one text column and the target `teacher` [D] for every text; no label.
 * Requirements: a teacher as wide as the embeddings; no text twice in a batch. `cosineToTeacher`
 * draws to the own vector only; this one also pushes off the others.
 * Source: Tian et al. 2020, "Contrastive Representation Distillation", with the batch's other texts
 * as negatives (van den Oord et al. 2018, InfoNCE).
 */
export function teacherRanking(options: TeacherRankingOptions = {}): Loss {
  return teacherRankingLoss.build(options)
}

export const teacherRankingLoss = defineLoss({
  name: 'teacher_ranking',
  summary: "each text must find its teacher's vector among those of the batch",
  options: { scale: positive.default(20) },
  teacher: { options: {}, optionsFor: () => ({}) },
  inBatchNegatives: true,
  make: ({ scale }) => ({
    equalWidths: true,
    columns: { min: 1, max: 1 },
    label: 'none',
    lack: severalExamples(2),
    build(context) {
      const { student, teacher } = unitPair(context, {})
      return inBatchRanking(student, teacher, scale)
    },
  }),
})

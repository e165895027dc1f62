import { subtract } from '../../graph/operations.ts'
import { severalExamples } from './lack.ts'
import type { Loss } from './loss.ts'
import { mean, square } from './mean.ts'
import { dotProducts } from './similarity.ts'
import { checkRelational, type RelationalOptions, unitPair } from './unit-pair.ts'

/**
 * Relational distillation: mean over all i, j of the batch of (cos(sᵢ, sⱼ) - cos(tᵢ, tⱼ))²: the
 * student should find any two texts as alike as the teacher does.
 *
 * Inputs: one text column and the target `teacher` for every text; no label. The teacher may have
 * another width, and the student may turn the space, unlike in `mse` and `cosineToTeacher`.
 * `similarityDistribution` stresses the nearest texts instead of counting all alike.
 * Source: Tung & Mori 2019, "Similarity-Preserving Knowledge Distillation", with unit vectors.
 */
export function similarityMatrix(options: RelationalOptions = {}): Loss {
  checkRelational(options)
  return {
    name: 'similarity_matrix',
    columns: { min: 1, max: 1 },
    label: 'none',
    lack: severalExamples(2),
    build(context) {
      const { student, teacher } = unitPair(context, options)
      return mean(square(subtract(dotProducts(student, student), dotProducts(teacher, teacher))))
    },
  }
}

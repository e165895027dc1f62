import { subtract } from '../../graph/operations.ts'
import { defineLoss } from './define-loss.ts'
import { type Loss, severalExamples } from './loss.ts'
import { mean, square } from './reductions.ts'
import { dotProducts } from './similarity.ts'
import {
  comparedPairs,
  compareOption,
  type RelationalOptions,
  relationalColumns,
  relationalTeacher,
} from './unit-pair.ts'

/**
 * Relational distillation: mean over all i, j that are compared of (cos(sᵢ, sⱼ) - cos(tᵢ, tⱼ))²: the
 * student should find any two texts as similar as the teacher does.
 *
 * Inputs: text columns and the teacher's vectors of their texts: the target `teacher`, or of several
 * columns `teacher.0`, `teacher.1` …; no label. The teacher may have another width, and the student
 * may turn the space, unlike in `mse` and `cosineToTeacher`.
 * `similarityDistribution` stresses the nearest texts instead of counting all equally.
 * Source: Tung & Mori 2019, "Similarity-Preserving Knowledge Distillation", with unit vectors.
 */
export function similarityMatrix(options: RelationalOptions = {}): Loss {
  return similarityMatrixLoss.build(options)
}

export const similarityMatrixLoss = defineLoss({
  name: 'similarity_matrix',
  summary: 'the cosines of all texts of a batch; the student may turn the space',
  options: { compare: compareOption },
  teacher: relationalTeacher,
  make: (options) => ({
    columns: relationalColumns(options),
    label: 'none',
    lack: severalExamples(2),
    build(context) {
      const { rows, columns } = comparedPairs(context, options)
      const given = dotProducts(rows.student, columns.student)
      return mean(square(subtract(given, dotProducts(rows.teacher, columns.teacher))))
    },
  }),
})

import { mean, spearman } from '../../metrics/index.ts'
import {
  type Matrix,
  pairwiseSimilarity,
  rowOf,
  similarityOf,
  unitRows,
} from '../../similarity/index.ts'

/** How much a student thinks as its teacher does, on texts that neither is trained on. */
export interface Agreement {
  /**
   * 100 × Spearman's correlation of the student's and the teacher's cosines, over all pairs of the
   * texts; of a cross-encoder, of its scores and the student's cosines over the pairs it scores;
   * `undefined` where all of either are the same.
   */
  readonly agreement: number | undefined
  /** 100 × the mean cosine of a text's two vectors; `undefined` where widths differ, or there are scores. */
  readonly cosine: number | undefined
  /** 1 - the student's mean cosine of two texts: near 0 where it has collapsed. */
  readonly spread: number
}

/**
 * How far a student's vectors tell texts apart as its teacher's do.
 * @param student vectors [N,D]
 * @param teacher vectors [N,E] of the same texts, in the same order
 */
export function agreementOf(student: Matrix, teacher: Matrix): Agreement {
  const [students, teachers] = [unitRows(student), unitRows(teacher)]
  const cosines = pairCosines(students)
  const correlation = spearman(pairCosines(teachers), cosines)
  return {
    agreement: correlation === undefined ? undefined : 100 * correlation,
    cosine:
      student.dimensions === teacher.dimensions
        ? 100 * (mean(pairwiseSimilarity('dot', students, teachers)) ?? 0)
        : undefined,
    spread: 1 - (mean(cosines) ?? 0),
  }
}

/**
 * How far a student's cosines rank pairs of texts as a cross-encoder does.
 * @param student vectors [(1+N)*P,D]: of all P queries, then of each query's first candidate, and so on
 * @param scores [P*N] of each query with each of its N candidates
 */
export function scoreAgreementOf(
  student: Matrix,
  scores: Float32Array,
  candidates: number,
): Agreement {
  const students = unitRows(student)
  const queries = student.rows / (1 + candidates)
  const cosines = Float64Array.from(scores, (_, at) => {
    const [query, candidate] = [Math.floor(at / candidates), at % candidates]
    const row = (1 + candidate) * queries + query
    return similarityOf('dot', rowOf(students, query), rowOf(students, row))
  })
  const correlation = spearman(scores, cosines)
  return {
    agreement: correlation === undefined ? undefined : 100 * correlation,
    cosine: undefined,
    spread: 1 - (mean(pairCosines(students)) ?? 0),
  }
}

/** The cosines of every two of N unit vectors, N (N - 1) / 2. */
function pairCosines(units: Matrix): Float64Array {
  const { rows } = units
  const cosines = new Float64Array((rows * (rows - 1)) / 2)
  let at = 0
  for (let i = 0; i < rows; i += 1) {
    const a = rowOf(units, i)
    for (let j = i + 1; j < rows; j += 1) {
      cosines[at++] = similarityOf('dot', a, rowOf(units, j))
    }
  }
  return cosines
}

import type { SentenceEncoder, TextPair, TextRole } from '../../encoder/index.ts'
import { TeacherError } from '../../errors/index.ts'
import type { Matrix } from '../../similarity/index.ts'

/** Gives the vectors [N,D] of N texts, in their order. */
export type VectorFunction = (texts: readonly string[], signal?: AbortSignal) => Promise<Matrix>

/** Gives the scores [N] of N pairs of texts, in their order; of a cross-encoder its logits. */
export type ScoreFunction = (
  pairs: readonly TextPair[],
  signal?: AbortSignal,
) => Promise<Float32Array>

/** Vectors, and the name they are kept under: the same for the same vectors, and only then. */
export interface VectorSource {
  readonly id: string
  readonly vectors: VectorFunction
}

/** Whose vectors, or whose scores of pairs, a student learns to give. */
export interface Teacher extends VectorSource {
  /** Its vectors of queries and of documents, which may want prompts. Default: those of any text. */
  readonly roles?: Readonly<Record<TextRole, VectorSource>>
  /** Of a cross-encoder, which scores pairs and has no vectors: its `vectors` fails. Default: none. */
  readonly scores?: ScoreFunction
  /** The teacher itself, where it is an encoder that runs here. */
  readonly encoder?: SentenceEncoder
  /** Frees what the teacher was opened with. */
  dispose(): Promise<void>
}

/** The largest number that float16 holds, in which vectors are kept. */
const LARGEST = 65504

/**
 * A teacher whose vectors are checked.
 * @throws TeacherError for another number of vectors than texts, and for numbers that are none.
 */
export function checkedVectors(name: string, vectors: VectorFunction): VectorFunction {
  return async (texts, signal) => {
    const matrix = await vectors(texts, signal)
    requireShape(name, matrix, texts.length)
    const index = matrix.data.findIndex((x) => !(Math.abs(x) <= LARGEST))
    if (index === -1) return matrix
    const row = Math.floor(index / matrix.dimensions)
    throw new TeacherError(
      'teacher-not-finite',
      `${name} gave ${matrix.data[index]} in the vector of ${JSON.stringify(texts[row])}; expected ` +
        `numbers up to ${LARGEST}`,
      { facts: { teacher: name, text: texts[row], value: matrix.data[index] } },
    )
  }
}

function requireShape(name: string, { data, rows, dimensions }: Matrix, texts: number): void {
  const isWhole = Number.isInteger(dimensions) && dimensions > 0
  if (isWhole && rows === texts && data.length === rows * dimensions) return
  throw new TeacherError(
    'teacher-rows',
    `${name} gave ${data.length} numbers, said to be ${rows} vectors of ${dimensions}, for ` +
      `${texts} texts; expected one vector a text, all of one length`,
    { facts: { teacher: name, texts, rows, dimensions, numbers: data.length } },
  )
}

import type { Checkpoint } from '../../checkpoint/index.ts'
import { InputError } from '../../errors/index.ts'
import { vocabularyOf } from '../vocabulary/vocabulary.ts'

/**
 * The teacher's number of each of the student's pieces. A student with a cut vocabulary has other
 * numbers, yet cuts texts into the same pieces.
 * @throws InputError when the teacher lacks a piece.
 */
export function pieceMap(student: Checkpoint, teacher: Checkpoint): Int32Array {
  const known = vocabularyOf(teacher.tokenizerFiles).ids
  const map = new Int32Array(student.config.vocabularySize)
  for (const [piece, id] of vocabularyOf(student.tokenizerFiles).ids) {
    const number = known.get(piece)
    if (number === undefined) throw missing(piece)
    map[id] = number
  }
  return map
}

function missing(piece: string): InputError {
  return new InputError(
    'distil-pieces',
    'a loss that compares what teacher and student compute inside needs one tokenizer, but the ' +
      `teacher has no piece ${JSON.stringify(piece)}`,
    { facts: { piece } },
  )
}

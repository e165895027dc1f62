import type { Checkpoint } from '../../checkpoint/index.ts'
import { InputError } from '../../errors/index.ts'
import { vocabularyOf } from '../vocabulary/vocabulary.ts'

/**
 * The teacher's id of each of the student's tokens. A student with a cut vocabulary has other
 * numbers, yet splits texts into the same tokens.
 * @throws InputError when the teacher lacks a token.
 */
export function tokenMap(student: Checkpoint, teacher: Checkpoint): Int32Array {
  const known = vocabularyOf(teacher.tokenizerFiles).ids
  const map = new Int32Array(student.config.vocabularySize)
  for (const [token, id] of vocabularyOf(student.tokenizerFiles).ids) {
    const number = known.get(token)
    if (number === undefined) throw missing(token)
    map[id] = number
  }
  return map
}

function missing(token: string): InputError {
  return new InputError(
    'distil-tokens',
    'a loss that compares what teacher and student compute inside needs one tokenizer, but the ' +
      `teacher has no token ${JSON.stringify(token)}`,
    { facts: { token } },
  )
}

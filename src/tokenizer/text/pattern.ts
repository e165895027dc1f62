import { z } from '../../schema/index.ts'
import type { Find } from './linear-regex.ts'
import { translateRegex } from './regex.ts'

/** How `tokenizer.json` spells what to look for: literally, or as a regular expression. */
export const patternSchema = z.union([
  z.object({ String: z.string() }),
  z.object({ Regex: z.string() }),
])
export type Pattern = z.infer<typeof patternSchema>

/** @throws CheckpointError when the regular expression cannot be run exactly, or in linear time. */
export function finderOf(pattern: Pattern): Find {
  return 'Regex' in pattern ? translateRegex(pattern.Regex) : findLiteral(pattern.String)
}

/** An empty literal is found nowhere, as in the reference. */
function findLiteral(literal: string): Find {
  return function* (text) {
    if (literal === '') return
    for (let start = text.indexOf(literal); start >= 0; ) {
      const end = start + literal.length
      yield { start, end }
      start = text.indexOf(literal, end)
    }
  }
}

/** Finds what a regular expression of our own finds, which has the flag `g`. */
export function findAll(regex: RegExp): Find {
  return function* (text) {
    for (const { index, 0: found } of text.matchAll(regex)) {
      yield { start: index, end: index + found.length }
    }
  }
}

import { z } from '../../schema/index.ts'
import { escapeRegex, translateRegex } from './regex.ts'

/** How `tokenizer.json` spells what to look for: literally, or as a regular expression. */
export const patternSchema = z.union([
  z.object({ String: z.string() }),
  z.object({ Regex: z.string() }),
])
export type Pattern = z.infer<typeof patternSchema>

/** @throws CheckpointError when the regular expression cannot be run exactly. */
export function toRegex(pattern: Pattern): RegExp {
  if ('Regex' in pattern) return translateRegex(pattern.Regex)
  // An empty literal would match between all characters; the reference finds it nowhere.
  return pattern.String === '' ? /(?!)/g : new RegExp(escapeRegex(pattern.String), 'gu')
}

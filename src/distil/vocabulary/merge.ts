import type { BpeContent } from './tokenizer-content.ts'

type Sides = readonly [left: string, right: string]

/** The two tokens that a merge of byte-pair encoding joins; old files write them with a space. */
export function mergeSides(merge: BpeContent['merges'][number]): Sides {
  if (typeof merge !== 'string') return merge
  const [left = '', right = ''] = merge.split(' ')
  return [left, right]
}

/** The token that they become. */
export function mergedToken(
  [left, right]: Sides,
  { continuing_subword_prefix: prefix }: BpeContent,
): string {
  return left + right.slice(prefix?.length ?? 0)
}

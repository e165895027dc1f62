import type { BpeContent } from './tokenizer-content.ts'

type Sides = readonly [left: string, right: string]

/** The two pieces that a merge of byte-pair encoding joins; old files write them with a space. */
export function mergeSides(merge: BpeContent['merges'][number]): Sides {
  if (typeof merge !== 'string') return merge
  const [left = '', right = ''] = merge.split(' ')
  return [left, right]
}

/** The piece that they become. */
export function mergedPiece(
  [left, right]: Sides,
  { continuing_subword_prefix: prefix }: BpeContent,
): string {
  return left + right.slice(prefix?.length ?? 0)
}

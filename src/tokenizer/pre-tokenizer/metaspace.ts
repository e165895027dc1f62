import type { PreTokenizer } from '../component.ts'

export const PREPEND_SCHEMES = ['always', 'first', 'never'] as const

export interface MetaspaceOptions {
  /** The visible character that stands for a space, `▁` as a rule. */
  readonly replacement: string
  /** Which texts get one in front: all of them, the beginning of the input, or none. */
  readonly prependScheme: (typeof PREPEND_SCHEMES)[number]
  /** Whether to split in front of every replacement. */
  readonly split: boolean
}

/** SentencePiece's way with spaces: `ab cd` becomes `▁ab`, `▁cd`. */
export function metaspace({ replacement, prependScheme, split }: MetaspaceOptions): PreTokenizer {
  return (text, atStart) => {
    const marked = text.replaceAll(' ', replacement)
    const prepends = prependScheme === 'always' || (prependScheme === 'first' && atStart)
    const whole = prepends && !marked.startsWith(replacement) ? replacement + marked : marked
    return split ? splitBefore(whole, replacement) : [whole]
  }
}

function splitBefore(text: string, mark: string): string[] {
  const words: string[] = []
  let start = 0
  while (start < text.length) {
    const next = text.indexOf(mark, start + mark.length)
    const end = next < 0 ? text.length : next
    words.push(text.slice(start, end))
    start = end
  }
  return words
}

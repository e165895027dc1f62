import type { Encoding } from '../tokenizer.ts'

/** One slot of a special-token template: a special token, or all tokens of the first or second text. */
export type Slot =
  | { readonly kind: 'special'; readonly id: number; readonly typeId: number }
  | { readonly kind: 'text'; readonly text: 0 | 1; readonly typeId: number }

/** Where special tokens stand around texts: what the post-processor of a tokenizer comes down to. */
export interface SpecialTokenTemplate {
  readonly single: readonly Slot[]
  readonly pair: readonly Slot[]
}

export function special(id: number, typeId = 0): Slot {
  return { kind: 'special', id, typeId }
}

export function text(index: 0 | 1, typeId = 0): Slot {
  return { kind: 'text', text: index, typeId }
}

/** BERT's template: `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`, the second text of type 1. */
export function bertTemplate(cls: number, sep: number): SpecialTokenTemplate {
  return {
    single: [special(cls), text(0), special(sep)],
    pair: [special(cls), text(0), special(sep), text(1, 1), special(sep, 1)],
  }
}

/** RoBERTa's template: `<s> A </s>` and `<s> A </s> </s> B </s>`, all of type 0. */
export function robertaTemplate(cls: number, sep: number): SpecialTokenTemplate {
  return {
    single: [special(cls), text(0), special(sep)],
    pair: [special(cls), text(0), special(sep), special(sep), text(1), special(sep)],
  }
}

/** No special tokens; the second text of type 1. */
export const NO_SPECIAL_TOKENS: SpecialTokenTemplate = {
  single: [text(0)],
  pair: [text(0), text(1, 1)],
}

export function countSpecial(slots: readonly Slot[]): number {
  return slots.filter((slot) => slot.kind === 'special').length
}

/** Puts the first `lengths[i]` tokens of `texts[i]` into their slots. */
export function fill(
  slots: readonly Slot[],
  texts: readonly (readonly number[])[],
  lengths: readonly number[],
): Omit<Encoding, 'truncated'> {
  const size = lengths.reduce((a, b) => a + b, countSpecial(slots))
  const ids = new Int32Array(size)
  const typeIds = new Int32Array(size)
  let position = 0
  for (const slot of slots) {
    const start = position
    if (slot.kind === 'special') {
      ids[position++] = slot.id
    } else {
      const tokens = texts[slot.text] ?? []
      const length = lengths[slot.text] ?? 0
      for (let index = 0; index < length; index++) ids[position++] = tokens[index] ?? 0
    }
    if (slot.typeId !== 0) typeIds.fill(slot.typeId, start, position)
  }
  return { ids, typeIds }
}

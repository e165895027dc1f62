import type { AddedToken } from './added-tokens.ts'
import type { Model } from './model/model.ts'
import type { SpecialToken, TokenizerConfig } from './tokenizer-config.ts'

/**
 * The added tokens, and the special pieces of the configuration that are not among them: the
 * reference finds these in a text as well. Additional ones may be new to the vocabulary and are
 * numbered from its end; of the others, a piece the vocabulary lacks is left out.
 */
export function withSpecialTokens(
  added: readonly AddedToken[],
  config: TokenizerConfig,
  model: Model,
): AddedToken[] {
  const byContent = new Map(added.map((token) => [token.content, token]))
  for (const [id, token] of Object.entries(config.added_tokens_decoder)) {
    if (byContent.has(token.content)) continue
    const { normalized } = token
    byContent.set(token.content, { ...fromSpecial(token, Number(id)), normalized })
  }
  for (const token of namedTokens(config)) {
    const id = model.idOf(token.content)
    if (id !== undefined && !byContent.has(token.content)) {
      byContent.set(token.content, fromSpecial(token, id))
    }
  }
  for (const token of config.additional_special_tokens ?? []) {
    if (byContent.has(token.content)) continue
    const id = model.idOf(token.content) ?? nextId(model, byContent.values())
    byContent.set(token.content, fromSpecial(token, id))
  }
  return [...byContent.values()]
}

function namedTokens(config: TokenizerConfig): SpecialToken[] {
  const { unk_token, sep_token, pad_token, cls_token, mask_token } = config
  return [unk_token, sep_token, pad_token, cls_token, mask_token].filter((token) => token != null)
}

function nextId(model: Model, added: Iterable<AddedToken>): number {
  let next = model.pieces.length
  for (const { id } of added) next = Math.max(next, id + 1)
  return next
}

function fromSpecial(token: SpecialToken, id: number): AddedToken {
  return {
    id,
    content: token.content,
    singleWord: token.single_word,
    leftStrip: token.lstrip,
    rightStrip: token.rstrip,
    normalized: false,
  }
}

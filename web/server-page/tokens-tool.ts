import { element } from '../kit/element.ts'
import { labelled, PageError, said } from '../kit/language.ts'
import { modelPanel, panelRow } from './model-panel.ts'
import type { ServerClient, Token } from './server-client.ts'
import type { ToolWork } from './tool.ts'

/** More tokens than anyone reads; browsers slow down with many more. */
const SHOWN = 2000

/** A text's tokens, and which of them the model's limit truncates. */
export function tokensTool(client: ServerClient): ToolWork<string, readonly Token[]> {
  return {
    read(fields) {
      const text = String(fields.get('text'))
      if (text.trim() === '') throw new PageError('empty')
      return text
    },
    async request(model, text, { signal }) {
      const { value, ...response } = await client.tokenize(model, [text], signal)
      return { ...response, value: value[0] ?? [] }
    },
    show(responses) {
      const panels = responses.map((response) => {
        const { value, model } = response
        const limit = model.max_input_length
        const count = said('tokenCount', { count: value.length, limit })
        return modelPanel(response, [count], ...tokenList(markTruncated(value, limit)))
      })
      return [panelRow(panels)]
    },
  }
}

function tokenList(tokens: readonly ShownToken[]): readonly Node[] {
  const count = tokens.filter(({ isTruncated }) => isTruncated).length
  const items = tokens.slice(0, SHOWN).map(tokenItem)
  const more = tokens.length - items.length
  return [
    ...(count > 0 ? [element('p', { class: 'note' }, said('tokensTruncated', { count }))] : []),
    labelled(element('ol', { class: 'tokens' }, ...items), 'tokenList'),
    ...(more > 0 ? [element('p', { class: 'note' }, said('moreTokens', { count: more }))] : []),
  ]
}

function tokenItem({ id, text, special, isTruncated }: ShownToken): HTMLElement {
  const kind = isTruncated ? 'truncated' : special ? 'special' : 'plain'
  const shown = element(isTruncated ? 's' : 'span', { lang: 'zh' }, text)
  return element('li', { class: kind }, shown, element('small', {}, String(id)))
}

/** A token, and whether the model's limit truncates it. */
interface ShownToken extends Token {
  readonly isTruncated: boolean
}

/**
 * What the limit does to a text's tokens: those at the end are truncated, and the special tokens
 * around them stay.
 */
function markTruncated(tokens: readonly Token[], limit: number): readonly ShownToken[] {
  const specialAtEnd = tokens.length - 1 - tokens.findLastIndex(({ special }) => !special)
  const end = tokens.length - specialAtEnd
  return tokens.map((token, index) => ({
    ...token,
    isTruncated: index >= limit - specialAtEnd && index < end,
  }))
}

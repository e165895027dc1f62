import { element } from '../kit/element.ts'
import { labelled, said } from '../kit/language.ts'
import { PageError } from '../kit/page-error.ts'
import { modelPanel, panelRow } from './model-panel.ts'
import type { ServerClient, Token } from './server-client.ts'
import type { ToolWork } from './tool.ts'
import { markTruncated, type ShownToken } from './truncated-tokens.ts'

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

import { answerPanel, panelRow } from './answer-panel.ts'
import { cutTokens, type SeenToken } from './cut-tokens.ts'
import { element } from './element.ts'
import { labelled, said } from './language.ts'
import { InputProblem } from './problem.ts'
import type { ServerClient, Token } from './server-client.ts'
import type { ToolWork } from './tool.ts'

/** More tokens than anyone reads; browsers slow down with many more. */
const SHOWN = 2000

/** A text's tokens, and which of them the model's limit cuts off. */
export function tokensTool(client: ServerClient): ToolWork<string, readonly Token[]> {
  return {
    read(fields) {
      const text = String(fields.get('text'))
      if (text.trim() === '') throw new InputProblem('empty')
      return text
    },
    async ask(model, text, { signal }) {
      const { value, ...answer } = await client.tokenize(model, [text], signal)
      return { ...answer, value: value[0] ?? [] }
    },
    show(answers) {
      const panels = answers.map((answer) => {
        const { value, model } = answer
        const limit = model.max_input_length
        const count = said('tokenCount', { count: value.length, limit })
        return answerPanel(answer, [count], ...tokenList(cutTokens(value, limit)))
      })
      return [panelRow(panels)]
    },
  }
}

function tokenList(tokens: readonly SeenToken[]): readonly Node[] {
  const cut = tokens.filter(({ isCut }) => isCut).length
  const items = tokens.slice(0, SHOWN).map(tokenItem)
  const more = tokens.length - items.length
  return [
    ...(cut > 0 ? [element('p', { class: 'note' }, said('tokensCut', { count: cut }))] : []),
    labelled(element('ol', { class: 'tokens' }, ...items), 'tokenList'),
    ...(more > 0 ? [element('p', { class: 'note' }, said('tokensMore', { count: more }))] : []),
  ]
}

function tokenItem({ id, text, special, isCut }: SeenToken): HTMLElement {
  const kind = isCut ? 'cut' : special ? 'special' : 'plain'
  const shown = element(isCut ? 's' : 'span', { lang: 'zh' }, text)
  return element('li', { class: kind }, shown, element('small', {}, String(id)))
}

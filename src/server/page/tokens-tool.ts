import { answerPanel, panelRow } from './answer-panel.ts'
import { cutPieces, type SeenPiece } from './cut-pieces.ts'
import { element } from './element.ts'
import { labelled, said } from './language.ts'
import { InputProblem } from './problem.ts'
import type { Piece, ServerClient } from './server-client.ts'
import type { ToolWork } from './tool.ts'

/** More pieces than anyone reads; browsers slow down with many more. */
const SHOWN = 2000

/** A text's pieces, and which of them the model's limit cuts off. */
export function tokensTool(client: ServerClient): ToolWork<string, readonly Piece[]> {
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
        const count = said('pieceCount', { count: value.length, limit })
        return answerPanel(answer, [count], ...pieceList(cutPieces(value, limit)))
      })
      return [panelRow(panels)]
    },
  }
}

function pieceList(pieces: readonly SeenPiece[]): readonly Node[] {
  const cut = pieces.filter(({ isCut }) => isCut).length
  const items = pieces.slice(0, SHOWN).map(pieceItem)
  const more = pieces.length - items.length
  return [
    ...(cut > 0 ? [element('p', { class: 'note' }, said('pieceCut', { count: cut }))] : []),
    labelled(element('ol', { class: 'pieces' }, ...items), 'pieces'),
    ...(more > 0 ? [element('p', { class: 'note' }, said('pieceMore', { count: more }))] : []),
  ]
}

function pieceItem({ id, text, special, isCut }: SeenPiece): HTMLElement {
  const kind = isCut ? 'cut' : special ? 'special' : 'plain'
  const shown = element(isCut ? 's' : 'span', { lang: 'zh' }, text)
  return element('li', { class: kind }, shown, element('small', {}, String(id)))
}

import { answerPanel, panelRow } from './answer-panel.ts'
import { ColourScale } from './colour-scale.ts'
import { element } from './element.ts'
import { labelled, said } from './language.ts'
import { InputProblem } from './problem.ts'
import type { Answer, ServerClient } from './server-client.ts'
import { textLines } from './text-lines.ts'
import type { ToolWork } from './tool.ts'

interface Question {
  readonly query: string
  readonly lines: readonly string[]
}

/** Lines a request, so that thousands of them are within the limits and show progress. */
const AT_ONCE = 128

const SHOWN = 20

/** Pasted lines, those most alike to a query first. Its values are scores, one a line. */
export function searchTool(client: ServerClient): ToolWork<Question, readonly number[]> {
  return {
    read(fields) {
      const query = String(fields.get('query')).trim()
      const lines = textLines(String(fields.get('lines')))
      if (query === '' || lines.length === 0) throw new InputProblem('empty')
      return { query, lines }
    },
    async ask(model, { query, lines }, { signal, onProgress }) {
      const parts: Answer<readonly number[]>[] = []
      for (let start = 0; start < lines.length; start += AT_ONCE) {
        if (start > 0) onProgress(start, lines.length)
        const sentences = lines.slice(start, start + AT_ONCE)
        parts.push(await client.similarity(model, { source: query, sentences }, signal))
      }
      return {
        value: parts.flatMap(({ value }) => value),
        milliseconds: parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
        isCut: parts.some(({ isCut }) => isCut),
      }
    },
    show(answers, { lines }) {
      const panels = answers.map((answer) => {
        const { similarity: name } = answer.model
        const facts = [said('textCount', { count: lines.length }), said('similarityName', { name })]
        return answerPanel(answer, facts, ...hitList(lines, answer.value))
      })
      return [panelRow(panels)]
    },
  }
}

function hitList(lines: readonly string[], scores: readonly number[]): readonly Node[] {
  const scale = new ColourScale([...scores])
  const hits = lines
    .map((line, place) => ({ line, score: scores[place] ?? 0 }))
    .sort((a, b) => b.score - a.score)
  const items = hits.slice(0, SHOWN).map(({ line, score }) => {
    const bar = element('i', { class: 'bar' })
    scale.mark(bar, score)
    const text = element('span', { class: 'text', lang: 'zh' }, line)
    return element('li', {}, element('b', {}, score.toFixed(3)), text, bar)
  })
  const list = labelled(element('ol', { class: 'hits' }, ...items), 'hits')
  const count = hits.length - items.length
  return count > 0 ? [list, element('p', { class: 'note' }, said('more', { count }))] : [list]
}

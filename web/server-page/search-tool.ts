import { element } from '../kit/element.ts'
import { hitList } from '../kit/hit-list.ts'
import { PageError, said } from '../kit/language.ts'
import { textLines } from '../kit/text-lines.ts'
import { modelPanel, panelRow } from './model-panel.ts'
import type { ServerClient, TimedResponse } from './server-client.ts'
import type { ToolWork } from './tool.ts'

interface Query {
  readonly query: string
  readonly lines: readonly string[]
}

/** Lines per request, so that thousands of them are within the limits and show progress. */
const BATCH = 128

/** Pasted lines, those most similar to a query first. Its values are scores, one per line. */
export function searchTool(client: ServerClient): ToolWork<Query, readonly number[]> {
  return {
    read(fields) {
      const query = String(fields.get('query')).trim()
      const lines = textLines(String(fields.get('lines')))
      if (query === '' || lines.length === 0) throw new PageError('empty')
      return { query, lines }
    },
    async request(model, { query, lines }, { signal, onProgress }) {
      const parts: TimedResponse<readonly number[]>[] = []
      for (let start = 0; start < lines.length; start += BATCH) {
        if (start > 0) onProgress(start, lines.length)
        const sentences = lines.slice(start, start + BATCH)
        parts.push(await client.similarity(model, { source: query, sentences }, signal))
      }
      return {
        value: parts.flatMap(({ value }) => value),
        milliseconds: parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
        isTruncated: parts.some(({ isTruncated }) => isTruncated),
      }
    },
    show(responses, { lines }) {
      const panels = responses.map((response) => {
        const { similarity: name } = response.model
        const facts = [said('textCount', { count: lines.length }), said('similarityName', { name })]
        const list = hitList(lines, response.value)
        const count = lines.length - list.childElementCount
        const rest = count > 0 ? [element('p', { class: 'note' }, said('moreHits', { count }))] : []
        return modelPanel(response, facts, list, ...rest)
      })
      return [panelRow(panels)]
    },
  }
}

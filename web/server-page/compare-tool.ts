import { element } from '../kit/element.ts'
import { ColourScale, heatMap } from '../kit/heat-map.ts'
import { PageError, said } from '../kit/language.ts'
import {
  highestPair,
  pairsOf,
  type SimilarityMatrix,
  similarityMatrix,
} from '../kit/similarity-matrix.ts'
import { textLines } from '../kit/text-lines.ts'
import { modelPanel, panelRow } from './model-panel.ts'
import type { ServerClient } from './server-client.ts'
import type { ModelResponse, ToolWork } from './tool.ts'

/** More cells than people can look at, and than a phone draws at once. */
const MOST = 50

/** A similarity matrix of sentences as a heat map. */
export function compareTool(client: ServerClient): ToolWork<readonly string[], SimilarityMatrix> {
  return {
    read(fields) {
      const sentences = textLines(String(fields.get('sentences')))
      const { length: count } = sentences
      if (count < 2) throw new PageError('tooFew')
      if (count > MOST) throw new PageError('tooMany', { count, most: MOST })
      return sentences
    },
    async request(model, sentences, { signal }) {
      const { value, ...response } = await client.embed(model, sentences, signal)
      return { ...response, value: similarityMatrix(value) }
    },
    show(responses, sentences) {
      const listed = sentences.map((text, index) => ({ position: index + 1, text }))
      // One scale for both, so that colours can be compared too.
      const scale = new ColourScale(responses.flatMap(({ value }) => value.flat()))
      const panels = responses.map((response) => {
        const dimensions = said('dimensions', { count: response.model.dimensions })
        const map = heatMap(response.value, listed, { scale, digits: 2 })
        return modelPanel(response, [dimensions], map)
      })
      return [panelRow(panels), ...differenceOf(responses)]
    },
  }
}

/** How far two models are apart, over all pairs of different texts. */
function differenceOf([one, other]: readonly ModelResponse<SimilarityMatrix>[]): readonly Node[] {
  if (!one || !other) return []
  const gaps = pairsOf(
    one.value.map((row, a) => row.map((score, b) => Math.abs(score - (other.value[a]?.[b] ?? 0)))),
  )
  const largest = highestPair(gaps)
  if (!largest) return []
  const mean = gaps.reduce((sum, { score }) => sum + score, 0) / gaps.length
  const [a, b] = largest.rows
  const facts = { mean: mean.toFixed(3), largest: largest.score.toFixed(3), a: a + 1, b: b + 1 }
  return [element('p', {}, said('difference', facts))]
}

import { answerPanel, panelRow } from './answer-panel.ts'
import { ColourScale } from './colour-scale.ts'
import { element } from './element.ts'
import { heatMap } from './heat-map.ts'
import { said } from './language.ts'
import { InputProblem } from './problem.ts'
import type { ServerClient } from './server-client.ts'
import { matrixDifference, type SimilarityMatrix, similarityMatrix } from './similarity-matrix.ts'
import { textLines } from './text-lines.ts'
import type { Answered, ToolWork } from './tool.ts'

/** More cells than people can look at, and than a phone draws at once. */
const MOST = 50

/** A similarity matrix of sentences as a heat map. */
export function compareTool(client: ServerClient): ToolWork<readonly string[], SimilarityMatrix> {
  return {
    read(fields) {
      const sentences = textLines(String(fields.get('sentences')))
      const { length: count } = sentences
      if (count < 2) throw new InputProblem('tooFew')
      if (count > MOST) throw new InputProblem('tooMany', { count, most: MOST })
      return sentences
    },
    async ask(model, sentences, { signal }) {
      const { value, ...answer } = await client.embed(model, sentences, signal)
      return { ...answer, value: similarityMatrix(value) }
    },
    show(answers, sentences) {
      // One scale for both, so that colours can be compared too.
      const scale = new ColourScale(answers.flatMap(({ value }) => value.flat()))
      const panels = answers.map((answer) => {
        const dimensions = said('dimensions', { count: answer.model.dimensions })
        return answerPanel(answer, [dimensions], heatMap(answer.value, sentences, scale))
      })
      return [panelRow(panels), ...differenceOf(answers)]
    },
  }
}

function differenceOf([one, other]: readonly Answered<SimilarityMatrix>[]): readonly Node[] {
  if (!one || !other) return []
  const { mean, largest, pair } = matrixDifference(one.value, other.value)
  const facts = {
    mean: mean.toFixed(3),
    largest: largest.toFixed(3),
    a: pair[0] + 1,
    b: pair[1] + 1,
  }
  return [element('p', {}, said('difference', facts))]
}

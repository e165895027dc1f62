import type { Matrix, SentenceEncoder } from 'yuju/web'
import { byId, element } from '../kit/element.ts'
import { hitList } from '../kit/hit-list.ts'
import { messageOf, said } from '../kit/language.ts'
import type { Lines } from './lines.ts'

/** The lines that mean what a query means. */
export class LineSearch {
  readonly #encoder: Promise<SentenceEncoder>
  readonly #lines: Lines
  readonly #query = byId('search-query', HTMLInputElement)
  readonly #summary = byId('search-summary', HTMLParagraphElement)
  readonly #hits = byId('search-hits', HTMLDivElement)

  constructor(encoder: Promise<SentenceEncoder>, lines: Lines) {
    this.#encoder = encoder
    this.#lines = lines
    byId('search-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault()
      this.#find().catch((error) => this.#summary.replaceChildren(messageOf(error)))
    })
  }

  async #find(): Promise<void> {
    const { texts, vectors } = await this.#lines.encoded()
    const encoder = await this.#encoder
    const start = performance.now()
    const options = { normalize: true, truncate: 'silent' } as const
    const query = await encoder.encode(this.#query.value, options)
    const list = hitList(texts, rowScores(vectors, query), (index) => [
      element('small', {}, said('line', { position: String(index + 1) })),
    ])
    const milliseconds = Math.round(performance.now() - start)
    this.#hits.replaceChildren(list)
    const facts = { count: list.childElementCount, milliseconds }
    this.#summary.replaceChildren(said('searched', facts))
  }
}

/** The product of each row with a vector: for vectors of length 1, their cosine similarity. */
function rowScores({ data, rows, dimensions }: Matrix, vector: Float32Array): Float32Array {
  const scores = new Float32Array(rows)
  for (let row = 0; row < rows; row += 1) {
    let sum = 0
    const start = row * dimensions
    for (let i = 0; i < dimensions; i += 1) sum += (data[start + i] ?? 0) * (vector[i] ?? 0)
    scores[row] = sum
  }
  return scores
}

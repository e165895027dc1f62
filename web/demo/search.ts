import type { SentenceEncoder } from 'yuju/web'
import { byId, element } from '../kit/element.ts'
import { hitList } from '../kit/hit-list.ts'
import { said } from '../kit/language.ts'
import { messageOf } from '../kit/page-error.ts'
import type { Lines } from './lines.ts'
import { rowScores } from './scores.ts'

/** The lines that mean what a query means. */
export class Search {
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
      element('small', {}, said('line', { number: String(index + 1) })),
    ])
    const milliseconds = Math.round(performance.now() - start)
    this.#hits.replaceChildren(list)
    const facts = { count: list.childElementCount, milliseconds }
    this.#summary.replaceChildren(said('searched', facts))
  }
}

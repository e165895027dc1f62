import type { SentenceEncoder } from 'yuju/web'
import type { Lines } from './lines.ts'
import { byId, element, shorten } from './page.ts'
import { rowScores } from './scores.ts'
import { whenLanguage, words } from './words.ts'

const MOST_HITS = 20

/** The lines that say what a query says. */
export class Search {
  readonly #encoder: Promise<SentenceEncoder>
  readonly #lines: Lines
  readonly #query = byId('search-query', HTMLInputElement)
  readonly #summary = byId('search-summary', HTMLParagraphElement)
  readonly #hits = byId('search-hits', HTMLOListElement)
  #show = () => {}

  constructor(encoder: Promise<SentenceEncoder>, lines: Lines) {
    this.#encoder = encoder
    this.#lines = lines
    this.#query.value = '怎么把钱还上'
    byId('search-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault()
      this.#find().catch(({ message }: Error) => {
        this.#summary.textContent = message
      })
    })
    whenLanguage(() => {
      this.#query.placeholder = words().queryLabel
      this.#show()
    })
  }

  async #find(): Promise<void> {
    const { texts, vectors } = await this.#lines.encoded()
    const encoder = await this.#encoder
    const start = performance.now()
    const options = { normalize: true, truncate: 'silent' } as const
    const query = await encoder.encode(this.#query.value, options)
    const scores = rowScores(vectors, query)
    const order = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
    const best = order.slice(0, MOST_HITS)
    const milliseconds = Math.round(performance.now() - start)
    this.#show = () => {
      this.#summary.textContent = words().hits(best.length, milliseconds)
      this.#hits.replaceChildren(...best.map((row) => hitOf(row, texts[row], scores[row])))
    }
    this.#show()
  }
}

function hitOf(row: number, text: string | undefined, score = 0): HTMLLIElement {
  const hit = element('li')
  hit.append(
    element('b', score.toFixed(3)),
    element('span', shorten(text)),
    element('span', words().line(row + 1), { class: 'quiet' }),
  )
  return hit
}

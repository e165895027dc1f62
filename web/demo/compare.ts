import type { SentenceEncoder } from 'yuju/web'
import { byId, element } from '../kit/element.ts'
import { ColourScale, heatMap, type ListedSentence } from '../kit/heat-map.ts'
import { labelled, said } from '../kit/language.ts'
import { highestPair, pairsOf, similarityMatrix } from '../kit/similarity-matrix.ts'

const BEGINNING = ['花呗怎么还款', '花呗如何还钱', '今天天气真不错']
const MOST_SENTENCES = 8
/** How long a visitor stops typing before the scores are computed. */
const PAUSE_MILLISECONDS = 250
const DIGITS = 3

/** Sentences beside each other, and how similar each two of them are. */
export class Compare {
  readonly #encoder: Promise<SentenceEncoder>
  readonly #list = byId('compare-sentences', HTMLOListElement)
  readonly #add = byId('compare-add', HTMLButtonElement)
  readonly #summary = byId('compare-summary', HTMLParagraphElement)
  readonly #result = byId('compare-result', HTMLDivElement)
  #timer = 0
  #turn = 0

  constructor(encoder: Promise<SentenceEncoder>) {
    this.#encoder = encoder
    for (const sentence of BEGINNING) this.#addSentence(sentence)
    this.#add.addEventListener('click', () => this.#addSentence('').focus())
    this.#update()
  }

  /** Of a model that cannot be used the status line tells. */
  #update(): void {
    this.#show().catch(() => {})
  }

  #addSentence(text: string): HTMLInputElement {
    const input = element('input', { lang: 'zh' })
    input.value = text
    input.addEventListener('input', () => {
      clearTimeout(this.#timer)
      this.#timer = window.setTimeout(() => this.#update(), PAUSE_MILLISECONDS)
    })
    const position = element('span', { class: 'position', 'aria-hidden': 'true' })
    const remove = element('button', { type: 'button' }, '×')
    const item = element('li', {}, position, input, remove)
    remove.addEventListener('click', () => {
      item.remove()
      this.#showPositions()
      this.#update()
      this.#add.focus()
    })
    this.#list.append(item)
    this.#showPositions()
    return input
  }

  #showPositions(): void {
    const items = [...this.#list.children]
    items.forEach((item, index) => {
      const [shown, input, remove] = item.children as Iterable<HTMLElement>
      const position = index + 1
      if (shown) shown.textContent = String(position)
      if (input) labelled(input, 'sentence', { position })
      if (remove) labelled(remove, 'remove', { position })
      remove?.toggleAttribute('disabled', items.length <= 2)
    })
    this.#add.disabled = items.length >= MOST_SENTENCES
  }

  /** What is empty has a position and no scores. */
  #sentences(): readonly ListedSentence[] {
    return [...this.#list.querySelectorAll('input')]
      .map(({ value }, index) => ({ position: index + 1, text: value.trim() }))
      .filter(({ text }) => text !== '')
  }

  async #show(): Promise<void> {
    this.#turn += 1
    const turn = this.#turn
    const sentences = this.#sentences()
    const encoder = await this.#encoder
    const texts = sentences.map(({ text }) => text)
    const options = { normalize: true, truncate: 'silent' } as const
    const { data, dimensions } = await encoder.encode(texts, options)
    // A later change has requested other scores.
    if (turn !== this.#turn) return
    const rowOf = (row: number) => data.subarray(row * dimensions, (row + 1) * dimensions)
    const matrix = similarityMatrix(texts.map((_, row) => rowOf(row)))
    const best = highestPair(pairsOf(matrix))
    if (!best) {
      this.#summary.replaceChildren()
      this.#result.replaceChildren()
      return
    }
    // A table is much to listen to after each change; this is what it is looked at for.
    const [a, b] = best.rows.map((row) => sentences[row]?.position ?? 0)
    const facts = { a: a ?? 0, b: b ?? 0, score: best.score.toFixed(DIGITS) }
    this.#summary.replaceChildren(said('closest', facts))
    const scale = new ColourScale(matrix.flat())
    this.#result.replaceChildren(heatMap(matrix, sentences, { scale, digits: DIGITS }))
  }
}

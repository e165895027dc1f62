import { type SentenceEncoder, similarityOf } from 'yuju/web'
import { byId, element } from './page.ts'
import { whenLanguage, words } from './words.ts'

const BEGINNING = ['花呗怎么还款', '花呗如何还钱', '今天天气真不错']
const MOST_SENTENCES = 8
/** Scores below have no colour: models of this kind seldom go lower. */
const FAINTEST = 0.6
/** How long a visitor stops typing before the scores are computed. */
const PAUSE_MILLISECONDS = 250

/** Sentences beside each other, and how alike each two of them are. */
export class Compare {
  readonly #encoder: Promise<SentenceEncoder>
  readonly #list = byId('compare-sentences', HTMLOListElement)
  readonly #add = byId('compare-add', HTMLButtonElement)
  readonly #result = byId('compare-result', HTMLDivElement)
  #timer = 0
  #turn = 0

  constructor(encoder: Promise<SentenceEncoder>) {
    this.#encoder = encoder
    for (const sentence of BEGINNING) this.#addSentence(sentence)
    this.#add.addEventListener('click', () => this.#addSentence('').focus())
    whenLanguage(() => {
      this.#number()
      this.#update()
    })
  }

  /** Of a model that cannot be used the status line tells. */
  #update(): void {
    this.#show().catch(() => {})
  }

  #addSentence(text: string): HTMLInputElement {
    const item = element('li')
    const input = element('input')
    input.value = text
    input.addEventListener('input', () => {
      clearTimeout(this.#timer)
      this.#timer = window.setTimeout(() => this.#update(), PAUSE_MILLISECONDS)
    })
    const remove = element('button', '×', { type: 'button' })
    remove.addEventListener('click', () => {
      item.remove()
      this.#number()
      this.#update()
      this.#add.focus()
    })
    item.append(element('span', '', { class: 'number', 'aria-hidden': 'true' }), input, remove)
    this.#list.append(item)
    this.#number()
    return input
  }

  #number(): void {
    const items = [...this.#list.children]
    items.forEach((item, index) => {
      const [number, input, remove] = item.children
      if (number) number.textContent = String(index + 1)
      input?.setAttribute('aria-label', words().sentence(index + 1))
      remove?.setAttribute('aria-label', words().remove(index + 1))
      remove?.toggleAttribute('disabled', items.length <= 2)
    })
    this.#add.disabled = items.length >= MOST_SENTENCES
  }

  async #show(): Promise<void> {
    this.#turn += 1
    const turn = this.#turn
    const texts = [...this.#list.querySelectorAll('input')].map(({ value }) => value.trim())
    const encoder = await this.#encoder
    const { data, dimensions } = await encoder.encode(texts, { truncate: 'silent' })
    // A later change has asked for other scores.
    if (turn !== this.#turn) return
    const rowOf = (row: number) => data.subarray(row * dimensions, (row + 1) * dimensions)
    const score = (a: number, b: number) => similarityOf('cosine', rowOf(a), rowOf(b))
    this.#result.replaceChildren(scoreTable(texts, score))
  }
}

function scoreTable(
  texts: readonly string[],
  score: (a: number, b: number) => number,
): HTMLTableElement {
  const table = element('table')
  table.append(element('caption', words().tableCaption, { class: 'unseen' }))
  const head = element('tr')
  head.append(element('th'))
  texts.forEach((_, column) => {
    head.append(element('th', String(column + 1), { scope: 'col' }))
  })
  table.append(head)
  texts.forEach((_, row) => {
    const line = element('tr')
    line.append(element('th', String(row + 1), { scope: 'row' }))
    texts.forEach((__, column) => {
      const value = score(row, column)
      const share = Math.max(0, (value - FAINTEST) / (1 - FAINTEST)).toFixed(3)
      line.append(element('td', value.toFixed(3), { style: `--share: ${share}` }))
    })
    table.append(line)
  })
  return table
}

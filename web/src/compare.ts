import { type SentenceEncoder, similarityOf } from 'yuju/web'
import { byId, element } from './page.ts'
import { whenLanguage, words } from './words.ts'

const BEGINNING = ['花呗怎么还款', '花呗如何还钱', '今天天气真不错']
const MOST_SENTENCES = 8
/** How long a visitor stops typing before the scores are computed. */
const PAUSE_MILLISECONDS = 250

/** Sentences beside each other, and how alike each two of them are. */
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
    const sentences = [...this.#list.querySelectorAll('input')].flatMap(({ value }, index) =>
      value.trim() === '' ? [] : [{ number: index + 1, text: value.trim() }],
    )
    const encoder = await this.#encoder
    const texts = sentences.map(({ text }) => text)
    const { data, dimensions } = await encoder.encode(texts, { truncate: 'silent' })
    // A later change has asked for other scores.
    if (turn !== this.#turn) return
    const rowOf = (row: number) => data.subarray(row * dimensions, (row + 1) * dimensions)
    const numbers = sentences.map(({ number }) => number)
    const scores = texts.map((_, a) =>
      texts.map((__, b) => similarityOf('cosine', rowOf(a), rowOf(b))),
    )
    this.#summary.textContent = closestOf(numbers, scores)
    this.#result.replaceChildren(...(texts.length > 1 ? [scoreTable(numbers, scores)] : []))
  }
}

type Scores = readonly (readonly number[])[]

/** A table is much to listen to after each change; this is what it is looked at for. */
function closestOf(numbers: readonly number[], scores: Scores): string {
  const pairs = scores.flatMap((row, a) =>
    row.slice(0, a).map((score, b) => ({ first: numbers[b] ?? 0, second: numbers[a] ?? 0, score })),
  )
  const [best] = pairs.sort((one, other) => other.score - one.score)
  return best ? words().closest(best.first, best.second, best.score.toFixed(3)) : ''
}

function scoreTable(numbers: readonly number[], scores: Scores): HTMLTableElement {
  const table = element('table')
  table.append(element('caption', words().tableCaption, { class: 'unseen' }))
  const head = element('tr')
  head.append(element('td'))
  for (const number of numbers) head.append(element('th', String(number), { scope: 'col' }))
  table.append(head)
  // Some models score nothing below 0.7, others go below 0: the least score here has no colour.
  const least = Math.min(...scores.flat())
  scores.forEach((row, index) => {
    const line = element('tr')
    line.append(element('th', String(numbers[index]), { scope: 'row' }))
    for (const score of row) {
      const share = ((score - least) / (1 - least || 1)).toFixed(3)
      line.append(element('td', score.toFixed(3), { style: `--share: ${share}` }))
    }
    table.append(line)
  })
  return table
}

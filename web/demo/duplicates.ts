import { byId, element } from '../kit/element.ts'
import { messageOf, PageError, said } from '../kit/language.ts'
import { shorten } from '../kit/text-lines.ts'
import { copied, inBackground } from './background.ts'
import type { Lines } from './lines.ts'

const MOST_GROUPS = 200
/** Of one group. */
const MOST_REPEATS = 20

/** Lines that mean the same as an earlier one. */
export class Duplicates {
  readonly #lines: Lines
  readonly #threshold = byId('duplicates-threshold', HTMLInputElement)
  readonly #button = byId('duplicates-find', HTMLButtonElement)
  readonly #work = byId('duplicates-work', HTMLDivElement)
  readonly #bar = byId('duplicates-progress', HTMLProgressElement)
  readonly #summary = byId('duplicates-summary', HTMLParagraphElement)
  readonly #groups = byId('duplicates-groups', HTMLUListElement)
  #stop = new AbortController()

  constructor(lines: Lines) {
    this.#lines = lines
    const value = byId('duplicates-value', HTMLOutputElement)
    const show = () => {
      value.value = Number(this.#threshold.value).toFixed(3)
    }
    show()
    this.#threshold.addEventListener('input', show)
    this.#button.addEventListener('click', () => this.#find())
    byId('duplicates-stop', HTMLButtonElement).addEventListener('click', () => this.#stop.abort())
  }

  async #find(): Promise<void> {
    this.#button.disabled = true
    this.#stop = new AbortController()
    const { signal } = this.#stop
    try {
      const { texts, vectors } = await this.#lines.encoded()
      this.#bar.value = 0
      this.#work.hidden = false
      const threshold = Number(this.#threshold.value)
      const onProgress = (share: number) => {
        this.#bar.value = share
      }
      const request = copied({ vectors, threshold })
      const groups = groupsOf(await inBackground('duplicates', request, { signal, onProgress }))
      this.#list(groups, texts)
    } catch (error) {
      const shown = signal.aborted ? new PageError('stopped') : error
      this.#summary.replaceChildren(messageOf(shown))
    } finally {
      this.#button.disabled = false
      this.#work.hidden = true
    }
  }

  #list(groups: Groups, texts: readonly string[]): void {
    const lines = [...groups.values()].reduce((sum, { length }) => sum + length, 0)
    const facts = { groups: groups.size, lines }
    this.#summary.replaceChildren(groups.size === 0 ? said('noGroups') : said('groups', facts))
    const textOf = (row: number) => shorten(texts[row] ?? '')
    const shown = [...groups].slice(0, MOST_GROUPS).map(([kept, rows]) => {
      const repeats = rows.slice(0, MOST_REPEATS).map((row) => element('li', {}, textOf(row)))
      const list = element('ul', {}, ...repeats, ...more('moreLines', rows.length - MOST_REPEATS))
      return element('li', {}, element('span', {}, textOf(kept)), list)
    })
    this.#groups.replaceChildren(...shown, ...more('moreGroups', groups.size - MOST_GROUPS))
  }
}

function more(word: 'moreLines' | 'moreGroups', count: number): readonly Node[] {
  return count > 0 ? [element('li', { class: 'note' }, said(word, { count }))] : []
}

/** By row that stays, the rows that repeat it. */
type Groups = ReadonlyMap<number, readonly number[]>

function groupsOf(of: Int32Array): Groups {
  const groups = new Map<number, number[]>()
  of.forEach((kept, row) => {
    if (kept === -1) return
    const group = groups.get(kept)
    if (group) group.push(row)
    else groups.set(kept, [row])
  })
  return groups
}

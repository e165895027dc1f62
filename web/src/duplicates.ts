import { copied, inBackground } from './background.ts'
import type { Lines } from './lines.ts'
import { byId, element, shorten } from './page.ts'
import { whenLanguage, words } from './words.ts'

const MOST_GROUPS = 200
/** Of one group. */
const MOST_REPEATS = 20

/** Lines that say again what an earlier one says. */
export class Duplicates {
  readonly #lines: Lines
  readonly #threshold = byId('duplicates-threshold', HTMLInputElement)
  readonly #button = byId('duplicates-find', HTMLButtonElement)
  readonly #work = byId('duplicates-work', HTMLDivElement)
  readonly #bar = byId('duplicates-progress', HTMLProgressElement)
  readonly #summary = byId('duplicates-summary', HTMLParagraphElement)
  readonly #groups = byId('duplicates-groups', HTMLUListElement)
  #stop = new AbortController()
  #show = () => {}

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
    whenLanguage(() => this.#show())
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
      this.#show = () => this.#list(groups, texts)
      this.#show()
    } catch (error) {
      this.#summary.textContent = signal.aborted ? words().stopped : (error as Error).message
    } finally {
      this.#button.disabled = false
      this.#work.hidden = true
    }
  }

  #list(groups: Groups, texts: readonly string[]): void {
    const repeated = [...groups.values()].reduce((sum, { length }) => sum + length, 0)
    this.#summary.textContent = words().groups(groups.size, repeated)
    const shown = [...groups].slice(0, MOST_GROUPS).map(([kept, rows]) => {
      const group = element('li')
      const list = element('ul')
      list.append(...rows.slice(0, MOST_REPEATS).map((row) => element('li', shorten(texts[row]))))
      const more = rows.length - MOST_REPEATS
      if (more > 0) list.append(element('li', words().more(more), { class: 'quiet' }))
      group.append(element('span', shorten(texts[kept])), list)
      return group
    })
    const more = groups.size - MOST_GROUPS
    if (more > 0) shown.push(element('li', words().moreGroups(more), { class: 'quiet' }))
    this.#groups.replaceChildren(...shown)
  }
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

import { analyse } from './analysis.ts'
import type { EncodedLines, Lines } from './lines.ts'
import { byId, element } from './page.ts'
import { words } from './words.ts'

const MOST_GROUPS = 200

/** Lines that say again what an earlier one says. */
export class Duplicates {
  readonly #lines: Lines
  readonly #threshold = byId('duplicates-threshold', HTMLInputElement)
  readonly #button = byId('duplicates-find', HTMLButtonElement)
  readonly #bar = byId('duplicates-progress', HTMLProgressElement)
  readonly #summary = byId('duplicates-summary', HTMLParagraphElement)
  readonly #groups = byId('duplicates-groups', HTMLUListElement)

  constructor(lines: Lines) {
    this.#lines = lines
    const value = byId('duplicates-value', HTMLOutputElement)
    const show = () => {
      value.value = Number(this.#threshold.value).toFixed(3)
    }
    show()
    this.#threshold.addEventListener('input', show)
    this.#button.addEventListener('click', () => this.#find())
  }

  async #find(): Promise<void> {
    this.#button.disabled = true
    try {
      const lines = await this.#lines.encoded()
      this.#bar.hidden = false
      const request = { vectors: lines.vectors, threshold: Number(this.#threshold.value) }
      const reply = await analyse({ kind: 'duplicates', ...request }, (share) => {
        this.#bar.value = share
      })
      if (reply.kind === 'duplicates') this.#show(lines, reply.of)
    } catch (error) {
      this.#summary.textContent = (error as Error).message
    } finally {
      this.#button.disabled = false
      this.#bar.hidden = true
    }
  }

  #show({ texts }: EncodedLines, of: Int32Array): void {
    const groups = new Map<number, number[]>()
    of.forEach((kept, row) => {
      if (kept !== -1) groups.set(kept, [...(groups.get(kept) ?? []), row])
    })
    const repeated = of.reduce((count, kept) => count + (kept === -1 ? 0 : 1), 0)
    this.#summary.textContent = words().groups(groups.size, repeated)
    const shown = [...groups].slice(0, MOST_GROUPS)
    this.#groups.replaceChildren(
      ...shown.map(([kept, rows]) => {
        const group = element('li')
        const list = element('ul')
        list.append(...rows.map((row) => element('li', texts[row])))
        group.append(element('span', texts[kept]), list)
        return group
      }),
    )
  }
}

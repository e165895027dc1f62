import { byId } from '../kit/element.ts'
import { said } from '../kit/language.ts'
import { inBackground } from './background.ts'
import { EXAMPLES } from './examples.ts'
import { type LinesFile, linesOf } from './read-lines.ts'

/** A field with more characters would hold up the page: each change lays all of them out again. */
const MOST_CHARACTERS = 20_000
/** How much of a longer text it shows. */
const SHOWN_LINES = 200
const SHOWN_CHARACTERS = 4000

/** Where sentences are put in: a text field, beside which lie those that are too many for it. */
export class LineField {
  readonly #text = byId('lines-text', HTMLTextAreaElement)
  readonly #count = byId('lines-count', HTMLSpanElement)
  readonly #notice = byId('lines-notice', HTMLParagraphElement)
  #many: LinesFile | undefined
  #reading = new AbortController()
  #notices: readonly Node[] = []

  constructor() {
    this.#text.value = EXAMPLES.join('\n')
    this.#text.addEventListener('input', () => this.#changed())
    this.#text.addEventListener('paste', (event) => this.#paste(event))
    byId('lines-example', HTMLButtonElement).addEventListener('click', () => {
      this.#put({ texts: EXAMPLES, found: EXAMPLES.length })
    })
    byId('lines-clear', HTMLButtonElement).addEventListener('click', () => {
      this.#put({ texts: [], found: 0 })
      this.#text.focus()
    })
    const chooser = byId('lines-file', HTMLInputElement)
    chooser.addEventListener('change', () => {
      this.#open(chooser.files?.[0])
      chooser.value = ''
    })
    const card = byId('lines', HTMLElement)
    card.addEventListener('dragover', (event) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault()
    })
    card.addEventListener('drop', (event) => {
      const file = event.dataTransfer?.files[0]
      if (file) event.preventDefault()
      this.#open(file)
    })
    this.#show()
  }

  /** Is another whenever the sentences are others. */
  get version(): unknown {
    return this.#many ?? this.#text.value
  }

  get texts(): readonly string[] {
    return this.#many?.texts ?? linesOf(this.#text.value)
  }

  /** Tells something more of the sentences, until there are others. */
  notify(notice: Node): void {
    this.#say(...this.#notices, notice)
  }

  #open(file: File | undefined): void {
    if (file) void this.#read(file, file.name)
  }

  #paste(event: ClipboardEvent): void {
    const pasted = event.clipboardData?.getData('text/plain') ?? ''
    const { value, selectionStart, selectionEnd } = this.#text
    if (value.length + pasted.length <= MOST_CHARACTERS || this.#many) return
    event.preventDefault()
    const parts = [value.slice(0, selectionStart), pasted, value.slice(selectionEnd)]
    void this.#read(new Blob(parts), said('pasted').textContent)
  }

  async #read(file: Blob, name: string): Promise<void> {
    this.#reading.abort()
    const reading = new AbortController()
    this.#reading = reading
    this.#say(said('reading', { name }))
    try {
      const lines = await inBackground('read', file, { signal: reading.signal })
      if (!lines) this.#say(said('notText', { name }))
      else if (lines.found === 0) this.#say(said('nothingIn', { name }))
      else this.#put(lines)
    } catch (error) {
      if (reading.signal.aborted) return
      this.#say(said('unreadable', { name, reason: (error as Error).message }))
    }
  }

  #put(lines: LinesFile): void {
    const { texts, found } = lines
    const characters = texts.reduce((sum, { length }) => sum + length + 1, 0)
    const isLong = characters > MOST_CHARACTERS || found > texts.length
    this.#many = isLong ? lines : undefined
    this.#text.value = isLong ? beginningOf(texts) : texts.join('\n')
    this.#text.readOnly = isLong
    this.#text.scrollTop = 0
    this.#changed()
  }

  #changed(): void {
    this.#reading.abort()
    this.#say()
  }

  #say(...notices: readonly Node[]): void {
    this.#notices = notices
    this.#show()
  }

  #show(): void {
    this.#count.replaceChildren(said('lineCount', { count: this.texts.length }))
    const notices = [...shortcomingsOf(this.#many), ...this.#notices]
    this.#notice.replaceChildren(...notices.flatMap((notice) => [notice, ' ']).slice(0, -1))
  }
}

/** What a visitor should know of a text that lies beside the field. */
function shortcomingsOf(many: LinesFile | undefined): readonly Node[] {
  if (!many) return []
  const used = many.texts.length
  const { found } = many
  const unused = found > used ? [said('onlyFirst', { used, found })] : []
  return [...unused, said('onlyBeginning')]
}

function beginningOf(texts: readonly string[]): string {
  return `${texts.slice(0, SHOWN_LINES).join('\n').slice(0, SHOWN_CHARACTERS)}…`
}

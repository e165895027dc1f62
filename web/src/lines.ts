import type { Matrix, SentenceEncoder } from 'yuju/web'
import { EXAMPLES } from './examples.ts'
import { byId } from './page.ts'
import { whenLanguage, words } from './words.ts'

/** Sentences with their vectors, scaled to length 1. */
export interface EncodedLines {
  readonly texts: readonly string[]
  readonly vectors: Matrix
}

/** The sentences that search, map and duplicates work on. */
export class Lines {
  readonly #encoder: Promise<SentenceEncoder>
  readonly #text = byId('lines-text', HTMLTextAreaElement)
  readonly #count = byId('lines-count', HTMLSpanElement)
  readonly #work = byId('lines-work', HTMLSpanElement)
  readonly #bar = byId('lines-progress', HTMLProgressElement)
  readonly #speed = byId('lines-speed', HTMLSpanElement)
  #stop = new AbortController()
  #known: { readonly text: string; readonly lines: Promise<EncodedLines> } | undefined

  constructor(encoder: Promise<SentenceEncoder>) {
    this.#encoder = encoder
    this.#text.value = EXAMPLES.join('\n')
    this.#text.addEventListener('input', () => this.#showCount())
    byId('lines-stop', HTMLButtonElement).addEventListener('click', () => this.#stop.abort())
    byId('lines-example', HTMLButtonElement).addEventListener('click', () => {
      this.#put(EXAMPLES.join('\n'))
    })
    const file = byId('lines-file', HTMLInputElement)
    file.addEventListener('change', async () => {
      const [chosen] = file.files ?? []
      if (chosen) this.#put(await readText(chosen))
      file.value = ''
    })
    whenLanguage(() => this.#showCount())
  }

  texts(): string[] {
    const lines = this.#text.value.split('\n').map((line) => line.trim())
    return lines.filter((line) => line !== '')
  }

  /**
   * The sentences with their vectors; computed when they changed since.
   * @throws Error with words for the visitor, when there are none or the work was stopped.
   */
  async encoded(): Promise<EncodedLines> {
    const text = this.#text.value
    if (this.#known?.text === text) return this.#known.lines
    this.#stop.abort()
    const lines = this.#encode(this.texts())
    this.#known = { text, lines }
    lines.catch(() => {
      if (this.#known?.lines === lines) this.#known = undefined
    })
    return lines
  }

  async #encode(texts: readonly string[]): Promise<EncodedLines> {
    if (texts.length === 0) throw new Error(words().noLines)
    const stop = new AbortController()
    this.#stop = stop
    this.#work.hidden = false
    const onProgress = ({ done }: { readonly done: number }) => {
      this.#bar.value = done / texts.length
      this.#speed.textContent = words().encoding(done, texts.length)
    }
    onProgress({ done: 0 })
    try {
      const encoder = await this.#encoder
      const options = { normalize: true, truncate: 'silent', signal: stop.signal } as const
      return { texts, vectors: await encoder.encode(texts, { ...options, onProgress }) }
    } catch (error) {
      throw stop.signal.aborted ? new Error(words().stopped) : error
    } finally {
      if (this.#stop === stop) this.#work.hidden = true
    }
  }

  #put(text: string): void {
    this.#text.value = text
    this.#showCount()
  }

  #showCount(): void {
    this.#count.textContent = words().lineCount(this.texts().length)
  }
}

async function readText(file: File): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer())
  } catch {
    return words().notText
  }
}

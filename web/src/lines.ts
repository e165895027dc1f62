import type { Matrix, SentenceEncoder } from 'yuju/web'
import type { LineField } from './line-field.ts'
import { byId } from './page.ts'
import { words } from './words.ts'

/** Sentences with their vectors, scaled to length 1. */
export interface EncodedLines {
  readonly texts: readonly string[]
  readonly vectors: Matrix
}

/** The sentences that search, map and duplicates work on. */
export class Lines {
  readonly #encoder: Promise<SentenceEncoder>
  readonly #field: LineField
  readonly #work = byId('lines-work', HTMLSpanElement)
  readonly #bar = byId('lines-progress', HTMLProgressElement)
  readonly #speed = byId('lines-speed', HTMLSpanElement)
  #stop = new AbortController()
  #known: { readonly version: unknown; readonly lines: Promise<EncodedLines> } | undefined

  constructor(encoder: Promise<SentenceEncoder>, field: LineField) {
    this.#encoder = encoder
    this.#field = field
    byId('lines-stop', HTMLButtonElement).addEventListener('click', () => this.#stop.abort())
  }

  /**
   * The sentences with their vectors; computed when they changed since.
   * @throws Error with words for the visitor, when there are none or the work was stopped.
   */
  async encoded(): Promise<EncodedLines> {
    const { version } = this.#field
    if (this.#known && this.#known.version === version) return this.#known.lines
    this.#stop.abort()
    const lines = this.#encode(this.#field.texts, version)
    this.#known = { version, lines }
    lines.catch(() => {
      if (this.#known?.lines === lines) this.#known = undefined
    })
    return lines
  }

  async #encode(texts: readonly string[], version: unknown): Promise<EncodedLines> {
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
      const vectors = await encoder.encode(texts, { ...options, onProgress })
      const cut = vectors.truncated.filter((tokens) => tokens > 0).length
      if (cut > 0 && this.#field.version === version) this.#field.notify(() => words().cut(cut))
      return { texts, vectors }
    } catch (error) {
      throw stop.signal.aborted ? new Error(words().stopped) : error
    } finally {
      if (this.#stop === stop) this.#work.hidden = true
    }
  }
}

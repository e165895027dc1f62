import type { Matrix, SentenceEncoder } from 'yuju/web'
import { byId } from '../kit/element.ts'
import { PageError, said } from '../kit/language.ts'
import type { LineField } from './line-field.ts'

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
   * @throws PageError when there are none or the work was stopped.
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
    if (texts.length === 0) throw new PageError('empty')
    const stop = new AbortController()
    this.#stop = stop
    this.#work.hidden = false
    const onProgress = ({ done }: { readonly done: number }) => {
      this.#bar.value = done / texts.length
      this.#speed.replaceChildren(said('encoding', { done, total: texts.length }))
    }
    onProgress({ done: 0 })
    try {
      const encoder = await this.#encoder
      const options = { normalize: true, truncate: 'silent', signal: stop.signal } as const
      const vectors = await encoder.encode(texts, { ...options, onProgress })
      const count = vectors.truncated.filter((tokens) => tokens > 0).length
      if (count > 0 && this.#field.version === version) {
        this.#field.notify(said('linesTruncated', { count }))
      }
      return { texts, vectors }
    } catch (error) {
      throw stop.signal.aborted ? new PageError('stopped') : error
    } finally {
      if (this.#stop === stop) this.#work.hidden = true
    }
  }
}

import type { Session } from '../runtime/portable.ts'
import { type BatchRun, runBatches } from './batch-runner.ts'
import { batchLayout } from './batch-tensors.ts'
import { blocksOf } from './blocks.ts'
import type { OutputType } from './constants.ts'
import type { Embeddings, TokenEmbeddings } from './embeddings.ts'
import type { EncodeSettings } from './encode-settings.ts'
import type { PreparedText, TextTools } from './text-preparation.ts'
import { TruncationCount } from './truncation-count.ts'
import { finishVectors } from './vectors.ts'

/** Texts that are sorted by length together, and the most that wait as tokens in memory. */
export const BLOCK_SIZE = 8192

type PipelineSettings = EncodeSettings<OutputType>

export interface PipelineParts extends TextTools {
  readonly session: Session
  /** D */
  readonly dimensions: number
  readonly warn: (message: string) => void
}

/** Splits what a model reads, texts or pairs of them, into tokens. */
export type Prepare<Item> = (
  items: readonly Item[],
  settings: PipelineSettings,
  tools: TextTools & { readonly firstIndex: number },
) => Promise<PreparedText[]>

/** Where a block stands among all texts. */
interface BlockLocation {
  /** The index of its first text. */
  readonly start: number
  /** Called with how many of its texts are done. */
  readonly report: (done: number) => void
  /** Where its vectors shall go, as the model gives them. Default: an array of their own. */
  readonly into?: Float32Array<ArrayBuffer> | undefined
}

/**
 * The road from texts to vectors, or from pairs of texts to logits: tokens, batches, the session, and
 * back into the texts' order.
 */
export class EncodingPipeline<Item = string> {
  readonly #parts: PipelineParts
  readonly #what: string
  readonly #prepare: Prepare<Item>

  /** @param what warnings call the items: `texts`, `pairs` */
  constructor(parts: PipelineParts, what: string, prepare: Prepare<Item>) {
    this.#parts = parts
    this.#what = what
    this.#prepare = prepare
  }

  /** Float32 vectors of all texts, worked through a block at a time; warns of what was truncated. */
  async encode(texts: readonly Item[], settings: PipelineSettings): Promise<Embeddings> {
    const rows = texts.length
    const { dimensions } = settings
    const data = new Float32Array(rows * dimensions)
    // Vectors of which all dimensions are kept are written where they belong at once: copying a block
    // would hold up the program's other work.
    const isWhole = dimensions === this.#parts.dimensions
    const tokens = new Int32Array(rows)
    const truncated = new Int32Array(rows)
    for (let start = 0; start < rows; start += BLOCK_SIZE) {
      const report = (done: number) => settings.onProgress?.({ done: start + done, total: rows })
      const part = texts.slice(start, start + BLOCK_SIZE)
      const into = isWhole
        ? data.subarray(start * dimensions, (start + part.length) * dimensions)
        : undefined
      const block = await this.#encodeBlock(part, settings, { start, report, into })
      if (!isWhole) data.set(block.data, start * dimensions)
      tokens.set(block.tokens, start)
      truncated.set(block.truncated, start)
    }
    const truncation = new TruncationCount(this.#what, settings)
    truncation.add(truncated)
    truncation.warn(this.#parts.warn)
    return { data, rows, dimensions, tokens, truncated }
  }

  /**
   * Float32 vectors of any number of texts, a block of `size` at a time; warns at the end of what was truncated.
   * @param check refuses a block in which something is no text
   */
  async *stream(
    texts: Iterable<Item> | AsyncIterable<Item>,
    settings: PipelineSettings,
    { size, check }: { readonly size: number; readonly check: (block: readonly Item[]) => void },
  ): AsyncGenerator<Embeddings, void, void> {
    const truncation = new TruncationCount(this.#what, settings)
    try {
      for await (const block of blocksOf(texts, size)) {
        check(block)
        const start = truncation.all
        const report = (done: number) =>
          settings.onProgress?.({ done: start + done, total: undefined })
        const embeddings = await this.#encodeBlock(block, settings, { start, report })
        truncation.add(embeddings.truncated)
        yield embeddings
      }
    } finally {
      truncation.warn(this.#parts.warn)
    }
  }

  /** Float32 vectors of texts that are few enough to be sorted together. */
  async #encodeBlock(
    texts: readonly Item[],
    settings: PipelineSettings,
    { start, report, into }: BlockLocation,
  ): Promise<Embeddings> {
    const prepared = await this.#prepare(texts, settings, { ...this.#parts, firstIndex: start })
    return this.encodePrepared(prepared, settings, { report, into })
  }

  /** Float32 vectors of texts that are tokens already, few enough to be sorted together. */
  async encodePrepared(
    prepared: readonly PreparedText[],
    settings: PipelineSettings,
    { report, into }: Omit<BlockLocation, 'start'>,
  ): Promise<Embeddings> {
    const { dimensions } = this.#parts
    const rows = prepared.length
    const data = into ?? new Float32Array(rows * dimensions)
    let done = 0
    await this.#run(prepared, settings, {
      output: 'sentenceVectors',
      take: (tensor, batch) => {
        batch.forEach((index, row) => {
          const vector = tensor.data.subarray(row * dimensions, (row + 1) * dimensions)
          data.set(vector, index * dimensions)
        })
        done += batch.length
        report(done)
      },
    })
    return {
      ...finishVectors({ data, rows, dimensions }, settings),
      tokens: Int32Array.from(prepared, ({ ids }) => ids.length),
      truncated: Int32Array.from(prepared, (text) => text.truncated),
    }
  }

  /** The vector of every token of every text, before pooling. */
  async tokenEmbeddings(
    texts: readonly Item[],
    settings: PipelineSettings,
  ): Promise<TokenEmbeddings[]> {
    const { checkpoint, tokenizer } = this.#parts
    const dimensions = checkpoint.config.hiddenSize
    const prepared = await this.#prepare(texts, settings, { ...this.#parts, firstIndex: 0 })
    const results: TokenEmbeddings[] = []
    await this.#run(prepared, settings, {
      output: 'tokenVectors',
      take: (tensor, batch) => {
        const rowLength = (tensor.dims[1] ?? 0) * dimensions
        batch.forEach((index, row) => {
          const ids = prepared[index]?.ids ?? new Int32Array()
          const start = row * rowLength
          const data = tensor.data.slice(start, start + ids.length * dimensions)
          results[index] = { data, tokens: tokenizer.tokens(ids), dimensions }
        })
      },
    })
    return results
  }

  async #run(
    prepared: readonly PreparedText[],
    { limits, signal }: PipelineSettings,
    run: Pick<BatchRun, 'output' | 'take'>,
  ): Promise<void> {
    const { session, tokenizer, checkpoint } = this.#parts
    const layout = batchLayout(checkpoint, tokenizer)
    await runBatches(session, prepared, { layout, run: { ...run, limits, signal } })
  }
}

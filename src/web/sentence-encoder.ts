import type { WebManifest } from '../checkpoint/portable.ts'
import { Encoder, type EncoderParts, requireChoice, requireWhole } from '../encoder/portable.ts'
import { InputError, RuntimeError } from '../errors/index.ts'
import { warnOnConsole } from '../options/index.ts'
import { PRECISIONS, type Precision } from '../precision/portable.ts'
import type { DownloadProgress } from './fetch-files.ts'
import { FetchedModel } from './fetched-model.ts'
import { WEB_BACKENDS, type WebBackend } from './open-session.ts'
import { hasGraphicsProcessor, threadCount } from './processors.ts'

/** How a model is fetched and run in a browser; all of it is optional. */
export interface WebLoadOptions {
  /**
   * Default: WebGPU where the browser has a graphics processor whose vectors are those stored with
   * the model, else WebAssembly.
   */
  readonly backend?: WebBackend
  /**
   * Threads that share one batch in WebAssembly. Default: half of the processors; always one where
   * the page is not cross-origin isolated.
   */
  readonly threads?: number
  /**
   * Compute in float32, or in 8 bits (`int8`); on WebGPU always float32. Default: in 8 bits where the
   * folder has what `yuju quantize` found for it, else in float32.
   */
  readonly precision?: Precision
  /** Called with how much of the model is here. */
  readonly onDownload?: (progress: DownloadProgress) => void
  /** Called with what a user should know: a default that applied, texts that were truncated. Default: console. */
  readonly onWarning?: (message: string) => void
  /** Stops the download. */
  readonly signal?: AbortSignal
}

/** Turns sentences into vectors in a browser: a model, fetched and ready. */
export class SentenceEncoder extends Encoder {
  /** Threads that share one batch. */
  readonly threads: number

  private constructor(parts: EncoderParts, threads: number) {
    super(parts)
    this.threads = threads
  }

  /**
   * Fetches a model, or takes it from the browser's cache, and loads it.
   * @param address of a folder that `yuju export --web` wrote; relative to the page
   * @throws HubError when a file does not come, or not whole; CheckpointError for a model yuju does
   *   not know; RuntimeError when it cannot be run.
   */
  static async load(address: string | URL, options: WebLoadOptions = {}): Promise<SentenceEncoder> {
    const { backend, threads, signal, onDownload = () => {}, onWarning = warnOnConsole } = options
    if (backend !== undefined) requireChoice('backend', backend, WEB_BACKENDS)
    if (threads !== undefined) requireWhole('threads', threads, { min: 1, max: 1024 })
    const listeners = { signal, onDownload, onWarning }
    const model = await FetchedModel.download(folderAddress(address), listeners)
    const { precision } = options
    if (precision !== undefined) requireChoice('precision', precision, PRECISIONS)
    if (backend === 'webgpu') return SentenceEncoder.#onWebGpu(model)
    if (backend === undefined && (await hasGraphicsProcessor())) {
      try {
        return await SentenceEncoder.#onWebGpu(model)
      } catch (error) {
        onWarning(`WebAssembly is used, because ${(error as Error).message}`)
      }
    }
    const count = threadCount(threads, onWarning)
    return new SentenceEncoder(
      await model.open({ backend: 'wasm', threads: count, precision }),
      count,
    )
  }

  /** @throws RuntimeError when the vectors are not those stored with the model. */
  static async #onWebGpu(model: FetchedModel): Promise<SentenceEncoder> {
    const where = { backend: 'webgpu', threads: 1, precision: 'float32' } as const
    const encoder = new SentenceEncoder(await model.open(where), 1)
    const problem = await selfCheck(encoder, model.check).catch(({ message }: Error) => message)
    if (problem === undefined) return encoder
    await encoder.dispose()
    throw new RuntimeError('runtime-self-check', `WebGPU cannot be used here: ${problem}`)
  }
}

function folderAddress(address: string | URL): string {
  try {
    const { href } = new URL(address, globalThis.location.href)
    return href.replace(/[?#].*$/, '').replace(/\/*$/, '/')
  } catch (cause) {
    throw new InputError('model-address', `${address} is no address of a model folder`, { cause })
  }
}

/** How far a graphics processor's vectors may be from Node's, in parts of their length. */
const TOLERANCE = 1e-3

/**
 * Why an encoder must not be used: its vectors are not those stored with the model. Undefined when
 * they are.
 */
async function selfCheck(
  encoder: Encoder,
  { texts, vectors }: WebManifest['check'],
): Promise<string | undefined> {
  const found = await encoder.encode(texts, { prompt: '', truncate: 'silent' })
  const { dimensions } = found
  const shares = vectors.map((expected, row) => {
    const ours = found.data.subarray(row * dimensions, (row + 1) * dimensions)
    const differences = expected.map((value, index) =>
      Math.abs(value - (ours[index] ?? Number.NaN)),
    )
    return Math.max(...differences) / Math.hypot(...expected)
  })
  const worst = Math.max(...shares)
  // Not a number is no match either.
  if (worst <= TOLERANCE) return undefined
  return `it gives other vectors than those stored with the model (${worst.toPrecision(2)} of a length apart)`
}

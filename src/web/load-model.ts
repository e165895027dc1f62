import type { Checkpoint, DownloadProgress, WebManifest } from '../checkpoint/portable.ts'
import {
  checkOutputs,
  type EncoderParts,
  requireChoice,
  requireWhole,
} from '../encoder/portable.ts'
import { InputError, RuntimeError } from '../errors/index.ts'
import { warnOnConsole } from '../options/index.ts'
import { PRECISIONS, type Precision } from '../precision/portable.ts'
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

/** A model that runs, and the threads that share one batch. */
export interface LoadedModel {
  readonly parts: EncoderParts
  readonly threads: number
}

/**
 * Fetches a model, or takes it from the browser's cache, and opens it.
 * @param requireKind refuses a model of another kind than the one that is wanted
 */
export async function loadModel(
  address: string | URL,
  options: WebLoadOptions,
  requireKind: (checkpoint: Checkpoint) => void,
): Promise<LoadedModel> {
  const { backend, threads, precision, signal } = options
  const { onDownload = () => {}, onWarning = warnOnConsole } = options
  if (backend !== undefined) requireChoice('backend', backend, WEB_BACKENDS)
  if (threads !== undefined) requireWhole('threads', threads, { min: 1, max: 1024 })
  if (precision !== undefined) requireChoice('precision', precision, PRECISIONS)
  const model = await FetchedModel.download(folderAddress(address), {
    ...{ signal, onDownload, onWarning },
    requireKind,
  })
  if (backend === 'webgpu') return onWebGpu(model)
  if (backend === undefined && (await hasGraphicsProcessor())) {
    try {
      return await onWebGpu(model)
    } catch (error) {
      onWarning(`WebAssembly is used, because ${(error as Error).message}`)
    }
  }
  const count = threadCount(threads, onWarning)
  return { parts: await model.open({ backend: 'wasm', threads: count, precision }), threads: count }
}

/** @throws RuntimeError when the vectors are not those stored with the model. */
async function onWebGpu(model: FetchedModel): Promise<LoadedModel> {
  const parts = await model.open({ backend: 'webgpu', threads: 1, precision: 'float32' })
  const problem = await selfCheck(parts, model.check).catch(({ message }: Error) => message)
  if (problem === undefined) return { parts, threads: 1 }
  await parts.session.dispose()
  throw new RuntimeError('runtime-self-check', `WebGPU cannot be used here: ${problem}`)
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
 * Why a model must not be used: its vectors, or logits, are not those stored with it. Undefined when
 * they are.
 */
async function selfCheck(
  parts: EncoderParts,
  { texts, vectors }: WebManifest['check'],
): Promise<string | undefined> {
  const { data, dimensions } = await checkOutputs(parts, texts)
  const shares = vectors.map((expected, row) => {
    const ours = data.subarray(row * dimensions, (row + 1) * dimensions)
    const differences = expected.map((value, index) =>
      Math.abs(value - (ours[index] ?? Number.NaN)),
    )
    return Math.max(...differences) / scaleOf(expected)
  })
  const worst = Math.max(...shares)
  // Not a number is no match either.
  if (worst <= TOLERANCE) return undefined
  return `it gives other vectors than those stored with the model (${worst.toPrecision(2)} of a length apart)`
}

/** The length of a vector; a logit may be as near to 0 as it likes. */
function scaleOf(expected: readonly number[]): number {
  return Math.max(Math.hypot(...expected), expected.length === 1 ? 1 : 0)
}

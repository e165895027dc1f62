import type { Matrix } from 'yuju/web'
import type { LinesFile } from './read-lines.ts'

/** Work that would hold up the page, done in a worker. */
export type BackgroundRequest =
  | { readonly kind: 'read'; readonly file: Blob }
  | { readonly kind: 'project'; readonly vectors: Matrix }
  | { readonly kind: 'duplicates'; readonly vectors: Matrix; readonly threshold: number }

export interface BackgroundAnswers {
  /** Undefined for a file that is no text. */
  readonly read: LinesFile | undefined
  /** [rows · 2] */
  readonly project: Float32Array
  /** For each row the earlier row that it repeats, or -1. */
  readonly duplicates: Int32Array
}

type Kind = BackgroundRequest['kind']

export type BackgroundReply =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'done'; readonly answer: BackgroundAnswers[Kind] }

interface BackgroundOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (share: number) => void
}

/** Asks a worker of its own, which ends with its answer or when the signal says so. */
export function inBackground<Asked extends Kind>(
  request: Extract<BackgroundRequest, { readonly kind: Asked }>,
  { signal, onProgress = () => {} }: BackgroundOptions = {},
): Promise<BackgroundAnswers[Asked]> {
  const worker = new Worker(new URL('./background-worker.ts', import.meta.url), { type: 'module' })
  return new Promise<BackgroundAnswers[Asked]>((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    worker.onerror = ({ message }) => reject(new Error(message))
    worker.onmessage = ({ data }: { readonly data: BackgroundReply }) => {
      if (data.kind === 'progress') onProgress(data.share)
      else if (data.kind === 'failed') reject(new Error(data.message))
      else resolve(data.answer as BackgroundAnswers[Asked])
    }
    send(worker, request)
  }).finally(() => worker.terminate())
}

/** A copy that is handed over takes a fraction of the time that the browser needs to make one. */
function send(worker: Worker, request: BackgroundRequest): void {
  if (request.kind === 'read') {
    worker.postMessage(request)
    return
  }
  const data = request.vectors.data.slice()
  worker.postMessage({ ...request, vectors: { ...request.vectors, data } }, [data.buffer])
}

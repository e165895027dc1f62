import type { Matrix } from 'yuju/web'

/** Work on all vectors at once, done in a worker so that the page stays free. */
export type AnalysisRequest =
  | { readonly kind: 'project'; readonly vectors: Matrix }
  | { readonly kind: 'duplicates'; readonly vectors: Matrix; readonly threshold: number }

export type AnalysisReply =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'points'; readonly points: Float32Array }
  /** For each row the earlier row that it repeats, or -1. */
  | { readonly kind: 'duplicates'; readonly of: Int32Array }

/** Asks a worker of its own, which ends with its answer. */
export function analyse(
  request: AnalysisRequest,
  onProgress: (share: number) => void = () => {},
): Promise<AnalysisReply> {
  const worker = new Worker(new URL('./analysis-worker.ts', import.meta.url), { type: 'module' })
  return new Promise<AnalysisReply>((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message))
    worker.onmessage = ({ data }: { readonly data: AnalysisReply }) => {
      if (data.kind === 'progress') onProgress(data.share)
      else resolve(data)
    }
    worker.postMessage(request)
  }).finally(() => worker.terminate())
}

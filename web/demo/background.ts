import type { Matrix } from 'yuju/web'
import {
  type Argument,
  Channel,
  type Result,
  transfer,
  workerPort,
} from '../../dist/channel/index.js'
import { RuntimeError } from '../../dist/errors/index.js'
import type { LinesFile } from './read-lines.ts'

/** Work that would hold up the page, done in a worker. */
export interface BackgroundMethods {
  /** Undefined for a file that is no text. */
  read(file: Blob): LinesFile | undefined
  /** [rows · 2] */
  project(request: VectorsRequest): Float32Array
  /** For each row the earlier row that it repeats, or -1. */
  duplicates(request: DuplicatesRequest): Int32Array
}

interface VectorsRequest {
  readonly vectors: Matrix
}

interface DuplicatesRequest extends VectorsRequest {
  readonly threshold: number
}

interface BackgroundOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (share: number) => void
}

/** The result of a worker of its own, which ends with it or when the signal says so. */
export async function inBackground<Method extends keyof BackgroundMethods>(
  method: Method,
  argument: Argument<BackgroundMethods, Method>,
  { signal, onProgress = () => {} }: BackgroundOptions = {},
): Promise<Result<BackgroundMethods, Method>> {
  const worker = new Worker(new URL('./background-worker.ts', import.meta.url), { type: 'module' })
  const channel = new Channel<BackgroundMethods>(workerPort(worker), { died, onNotice: onProgress })
  try {
    return await channel.ask(method, argument, signal)
  } finally {
    await channel.close()
  }
}

/** A copy that is handed over takes a fraction of the time that the browser needs to make one. */
export function copied<Request extends VectorsRequest>(request: Request): Request {
  const data = request.vectors.data.slice()
  return transfer({ ...request, vectors: { ...request.vectors, data } }, [data.buffer])
}

function died(how: string): RuntimeError {
  return new RuntimeError('demo-background', `the worker ${how}; reload the page`)
}

import { Channel, workerPort } from '../channel/index.ts'
import { RuntimeError } from '../errors/index.ts'
import type { Graph } from '../graph/index.ts'
import {
  placeModel,
  type Session,
  type SessionMethods,
  type SessionStart,
  startSession,
} from '../runtime/portable.ts'

/** What a browser may run a model with. */
export const WEB_BACKENDS = ['wasm', 'webgpu'] as const
/** What a browser runs a model with: WebAssembly, or its graphics processor. */
export type WebBackend = (typeof WEB_BACKENDS)[number]

/** The files of a model, by their address. */
export type FilesByAddress = ReadonlyMap<string, Blob>

export interface WebSessionStart extends SessionStart {
  readonly blobs: FilesByAddress
}

export interface WebSessionOptions {
  readonly backend: WebBackend
  readonly threads: number
  readonly blobs: FilesByAddress
}

/**
 * Gives a graph to ONNX Runtime, in a worker.
 * @throws RuntimeError when the worker or the runtime cannot be loaded, or the graph is refused.
 */
export async function openSession(
  graph: Graph,
  { backend, threads, blobs }: WebSessionOptions,
): Promise<Session> {
  const worker = startWorker(backend)
  const thread = new Channel<SessionMethods<WebSessionStart>>(workerPort(worker), { died })
  return startSession(thread, { ...placeModel(graph, '/'), threads, backend, blobs })
}

function died(how: string): RuntimeError {
  return new RuntimeError(
    'runtime-thread',
    `the worker that runs the model ${how}; reload the page`,
  )
}

/** Bundlers find workers that are written out like this, and only those. */
function startWorker(backend: WebBackend): Worker {
  switch (backend) {
    case 'wasm':
      return new Worker(new URL('./wasm-worker.js', import.meta.url), {
        type: 'module',
        name: 'yuju-session',
      })
    case 'webgpu':
      return new Worker(new URL('./webgpu-worker.js', import.meta.url), {
        type: 'module',
        name: 'yuju-session',
      })
    default:
      return backend satisfies never
  }
}

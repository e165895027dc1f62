import type { PeerPort, Port } from './port.ts'

interface PortEvent {
  readonly data?: unknown
  readonly message?: string
}

/** What a browser's workers, the scope inside of them, and message ports have in common. */
export interface MessageTarget {
  postMessage(message: unknown, buffers: ArrayBuffer[]): void
  addEventListener(type: string, take: (event: PortEvent) => void): void
}

/** The end of a worker that answers. */
export function messagePort(target: MessageTarget): Port {
  return {
    send: (message, buffers) => target.postMessage(message, buffers),
    listen: (take) => target.addEventListener('message', ({ data }) => take(data)),
  }
}

/** The end of the page that started a worker. */
export function workerPort(worker: MessageTarget & { terminate(): unknown }): PeerPort {
  return {
    ...messagePort(worker),
    onEnd(ended) {
      for (const type of ['error', 'close']) {
        worker.addEventListener(type, ({ message }) => ended(`failed: ${message || UNSAID}`))
      }
    },
    // A page ends when its visitor leaves.
    hold() {},
    stop: async () => worker.terminate(),
  }
}

/** Browsers do not say why a worker could not be loaded. */
const UNSAID = 'it could not be loaded'

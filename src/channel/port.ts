import type { ErrorDetails } from '../errors/index.ts'

/** One end of a connection between threads or processes. Messages are cloned, and come in order. */
export interface Port {
  /**
   * @param buffers are handed over, and empty afterwards, where the two ends share a process
   * @throws DataCloneError for what cannot be cloned.
   */
  send(message: unknown, buffers: ArrayBuffer[]): void
  /** Says who takes the other end's messages. */
  listen(take: (message: unknown) => void): void
}

/** Is told how the other end died, as what follows its name: `stopped`, `failed: …`. */
export type Ended = (how: string, details?: ErrorDetails) => void

/** The end of the one who started the other. */
export interface PeerPort extends Port {
  onEnd(ended: Ended): void
  /** The program must not end while a reply is due, and may end when none is. */
  hold(isNeeded: boolean): void
  /** Ends the other one, whatever it is doing. */
  stop(): Promise<unknown>
}

interface PortEvent {
  readonly data?: unknown
  readonly message?: string
}

/** What a browser's workers, the scope inside of them, and message ports have in common. */
export interface MessageTarget {
  postMessage(message: unknown, buffers: ArrayBuffer[]): void
  addEventListener(type: string, take: (event: PortEvent) => void): void
}

/** The end of a worker that serves. */
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

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
  /** The program must not end while an answer is due, and may end when none is. */
  hold(isNeeded: boolean): void
  /** Ends the other one, whatever it is doing. */
  stop(): Promise<unknown>
}

/** More threads than this only wait for each other, on models of this kind. */
const MOST_THREADS = 8

/**
 * Threads of one batch: half of what the browser says the machine has, as it counts two threads of
 * one core twice. Pages that are not cross-origin isolated may share no memory, so they have one.
 */
export function threadCount(asked: number | undefined, warn: (message: string) => void): number {
  if (!globalThis.crossOriginIsolated) {
    if (asked !== undefined && asked > 1) {
      warn('this page is not cross-origin isolated, so the model runs on one thread')
    }
    return 1
  }
  const half = Math.ceil(globalThis.navigator.hardwareConcurrency / 2)
  return asked ?? Math.max(1, Math.min(MOST_THREADS, half))
}

/** The part of WebGPU that is used here; its types are no part of the library for pages yet. */
interface Gpu {
  requestAdapter(): Promise<{ readonly info?: { readonly isFallbackAdapter?: boolean } } | null>
}

/** Whether WebGPU runs on a processor of its own: emulated, it is slower than WebAssembly. */
export async function hasGraphicsProcessor(): Promise<boolean> {
  const { gpu } = globalThis.navigator as { readonly gpu?: Gpu }
  try {
    const adapter = await gpu?.requestAdapter()
    return adapter !== null && adapter !== undefined && adapter.info?.isFallbackAdapter !== true
  } catch {
    return false
  }
}

/** More threads than this only wait for each other, on models of this kind. */
const MOST_THREADS = 8

/**
 * Threads of one batch: half of what the browser says the machine has, as it counts two threads of
 * one core twice. Pages that are not cross-origin isolated may share no memory, so they have one.
 */
export function threadCount(
  requested: number | undefined,
  warn: (message: string) => void,
): number {
  if (!globalThis.crossOriginIsolated) {
    if (requested !== undefined && requested > 1) {
      warn('this page is not cross-origin isolated, so the model runs on one thread')
    }
    return 1
  }
  const half = Math.ceil(globalThis.navigator.hardwareConcurrency / 2)
  return requested ?? Math.max(1, Math.min(MOST_THREADS, half))
}

/** The part of WebGPU that is asked here; its types are no part of the library for pages yet. */
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

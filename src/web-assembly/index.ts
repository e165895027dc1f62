/** A block of bytes that WebAssembly and typed arrays share. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer
  /** Adds pages; views of the buffer there was are of no use afterwards. */
  grow(pages: number): number
}

interface WebAssemblyInterface {
  readonly Memory: new (pages: { initial: number; maximum: number }) => WasmMemory
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: WasmMemory } },
  ) => { readonly exports: unknown }
}

/** The part of WebAssembly that is used here: the types of Node 20 declare none of it. */
const { Memory, Module, Instance } = (
  globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface }
).WebAssembly

/** WebAssembly counts memory in pages of so many bytes. */
export const PAGE_BYTES = 65536

export { Memory }

/**
 * What creates the kernels of a module, which is compiled when it is first needed.
 * @param base64 the module, as `npm run generate` writes it
 * @returns takes a memory made with a maximum; the kernels keep nothing in it
 */
export function kernelsOf<Kernels>(base64: string): (memory: WasmMemory) => Kernels {
  let compiled: object | undefined
  return (memory) => {
    compiled ??= new Module(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)))
    return new Instance(compiled, { env: { memory } }).exports as Kernels
  }
}

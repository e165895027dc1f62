/** A block of bytes that WebAssembly and typed arrays see alike. */
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
export const { Memory, Module, Instance } = (
  globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface }
).WebAssembly

/** WebAssembly counts memory in pages of so many bytes. */
export const PAGE_BYTES = 65536

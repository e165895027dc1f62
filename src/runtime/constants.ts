/** What Node has: the native library, or WebAssembly, which runs everywhere. */
export const BACKENDS = ['native', 'wasm'] as const
/** Which ONNX Runtime runs the graph. `webgpu` is there in browsers only. */
export type Backend = (typeof BACKENDS)[number] | 'webgpu'

import { Instance, Module, type WasmMemory } from '../../web-assembly/index.ts'
import { kernelBytes } from './generated/kernels.ts'

/**
 * The numeric loops of exact search, in WebAssembly (assembly/nearest.ts tells each formula).
 * Pointers are byte offsets into the memory they were created over.
 */
export interface NearestKernels {
  dotFloat32(query: number, rows: number, count: number, width: number, scores: number): void
  dotInt8(
    query: number,
    rows: number,
    count: number,
    width: number,
    scores: number,
    scale: number,
    offset: number,
  ): void
  hamming(query: number, rows: number, count: number, width: number, scores: number): void
}

let compiled: object | undefined

/** @param memory made with a maximum; the kernels keep nothing in it. */
export function createNearestKernels(memory: WasmMemory): NearestKernels {
  compiled ??= new Module(Buffer.from(kernelBytes, 'base64'))
  return new Instance(compiled, { env: { memory } }).exports as NearestKernels
}

import { kernelsOf } from '../../web-assembly/index.ts'
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

export const createNearestKernels = kernelsOf<NearestKernels>(kernelBytes)

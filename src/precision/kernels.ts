import { kernelsOf } from '../web-assembly/index.ts'
import { kernelBytes } from './generated/kernels.ts'

/**
 * The numeric loops that turn a weight into 8 bits, in WebAssembly (assembly/eight-bit.ts tells each
 * formula). Pointers are byte offsets into the memory they were created over.
 */
export interface EightBitKernels {
  float16ToFloat32(halves: number, numbers: number, count: number): void
  columnAbsmax(numbers: number, rows: number, columns: number, sizes: number): void
  quantizeRows(
    numbers: number,
    factors: number,
    rows: number,
    columns: number,
    scales: number,
    codes: number,
  ): void
  transpose(bytes: number, rows: number, columns: number, turned: number): void
}

export const createEightBitKernels = kernelsOf<EightBitKernels>(kernelBytes)

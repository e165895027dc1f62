import { kernelsOf } from '../../web-assembly/index.ts'
import { kernelBytes } from './generated/kernels.ts'

/**
 * The numeric loops of the optimizer, in WebAssembly (assembly/optimizer.ts tells each formula).
 * Pointers are byte offsets into the memory they were created over; `count` counts float32 numbers.
 */
export interface Kernels {
  adamw(
    parameter: number,
    gradient: number,
    first: number,
    second: number,
    count: number,
    gradientScale: number,
    decay: number,
    firstRate: number,
    secondKeep: number,
    secondRate: number,
    secondRoot: number,
    eps: number,
    negativeStep: number,
  ): void
  sumOfSquares(values: number, count: number): number
  add(target: number, source: number, count: number): void
  scale(target: number, count: number, factor: number): void
  moveTowards(average: number, source: number, count: number, rate: number): void
  dropout(
    target: number,
    groups: number,
    firstGroup: number,
    step: number,
    site: number,
    seedLow: number,
    seedHigh: number,
    threshold: number,
  ): void
}

export const createKernels = kernelsOf<Kernels>(kernelBytes)

import type { ActivationRanges } from './activation-ranges.ts'

/**
 * What linear layers compute with: float32; or whole numbers of 8 bits, which is more than twice as
 * fast and changes vectors a little.
 */
export const PRECISIONS = ['float32', 'int8'] as const
export type Precision = (typeof PRECISIONS)[number]

/** What is asked for; else 8 bits where ranges lie beside the model, else float32. */
export function choosePrecision(
  wish: Precision | undefined,
  ranges: ActivationRanges | undefined,
): Precision {
  return wish ?? (ranges ? 'int8' : 'float32')
}

import type { ActivationRanges } from './activation-ranges.ts'
import type { Precision } from './constants.ts'

/** What is asked for; else 8 bits where ranges lie beside the model, else float32. */
export function choosePrecision(
  wish: Precision | undefined,
  ranges: ActivationRanges | undefined,
): Precision {
  return wish ?? (ranges ? 'int8' : 'float32')
}

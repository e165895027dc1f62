/** What runs in Node and in browsers alike. */
export type { ActivationRanges } from './activation-ranges.ts'
export { eightBitLayers } from './eight-bit-layer.ts'
export { choosePrecision, PRECISIONS, type Precision } from './precision.ts'
export { readActivationRanges } from './ranges-file.ts'

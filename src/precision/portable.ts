/** What runs in Node and in browsers alike. */
export type { ActivationRanges } from './activation-ranges.ts'
export { PRECISIONS, type Precision } from './constants.ts'
export { eightBitLayers } from './eight-bit-layer.ts'
export { choosePrecision } from './precision.ts'
export { readActivationRanges } from './ranges-file.ts'

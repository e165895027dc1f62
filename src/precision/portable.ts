/** What runs both in Node and in browsers. */
export type { ActivationRanges } from './activation-ranges.ts'
export { PRECISIONS, type Precision } from './constants.ts'
export { eightBitLayers } from './eight-bit-layer.ts'
export { choosePrecision, readActivationRanges } from './ranges-file.ts'

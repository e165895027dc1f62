/**
 * What linear layers compute with: float32; or whole numbers of 8 bits, which is more than twice as
 * fast and changes vectors a little.
 */
export const PRECISIONS = ['float32', 'int8'] as const
/** What linear layers compute with: one of `PRECISIONS`. */
export type Precision = (typeof PRECISIONS)[number]

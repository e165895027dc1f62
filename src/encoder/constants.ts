/**
 * What the numbers of an embedding are stored as. `int8` and `uint8` give each dimension 256 steps
 * over its range; `binary` and `ubinary` keep one bit a dimension, eight to a byte.
 */
export const OUTPUT_TYPES = ['float32', 'int8', 'uint8', 'binary', 'ubinary'] as const
/** What the numbers of an embedding are stored as: one of `OUTPUT_TYPES`. */
export type OutputType = (typeof OUTPUT_TYPES)[number]

/** What happens when a text has more tokens than the limit; the rest of it is always left out. */
export const TRUNCATION_POLICIES = ['warn', 'error', 'silent'] as const
/** What happens when a text has more tokens than the limit; the rest of it is always left out. */
export type TruncationPolicy = (typeof TRUNCATION_POLICIES)[number]

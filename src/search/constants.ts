/** How vectors are compared: the cosine of their angle, or their inner product. */
export const STORE_SIMILARITIES = ['cosine', 'dot'] as const
/** How a store compares vectors: one of `STORE_SIMILARITIES`. */
export type StoreSimilarity = (typeof STORE_SIMILARITIES)[number]

/**
 * What vectors are looked through as: float32, or quantized to int8 or to one bit a value, which is
 * faster and less exact. The best of a quantized search are scored again with the float32 vectors.
 */
export const STORE_PRECISIONS = ['float32', 'int8', 'binary'] as const
/** What a store looks through vectors as: one of `STORE_PRECISIONS`. */
export type StorePrecision = (typeof STORE_PRECISIONS)[number]

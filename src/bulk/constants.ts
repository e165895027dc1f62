/**
 * What the vectors of a run may be. The steps of int8 and uint8 cover the range of the texts that are
 * encoded together, so that shards would not fit each other.
 */
export const BULK_TYPES = ['float32', 'binary', 'ubinary'] as const

/** What happens to a text that is too long: it is truncated, or its shard fails. */
export const BULK_TRUNCATION = ['silent', 'error'] as const

/** Rewrites a text before it is cut, e.g. to lower case. */
export type Normalizer = (text: string) => string

/** One step of a normalizer, which may give up where a text gets longer than `limit`. */
export type NormalizerStep = (text: string, limit: number) => string

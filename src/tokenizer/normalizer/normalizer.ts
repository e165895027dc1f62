/** Rewrites a text before it is cut, e.g. to lower case. */
export type Normalizer = (text: string) => string

/** The kinds of map from scores to probabilities there are. */
export const MAP_KINDS = ['isotonic', 'platt'] as const
/** A kind of map from scores to probabilities: one of `MAP_KINDS`. */
export type MapKind = (typeof MAP_KINDS)[number]

/** What gold values may be: two classes, or degrees up to a highest one. */
export type LabelKind = 'binary' | { readonly max: number }

/** Sentence pairs with what people say of them. */
export interface Pairs {
  readonly first: readonly string[]
  readonly second: readonly string[]
  /** `[N]`: larger is more alike; 0 and 1 where labels are binary. */
  readonly gold: Float64Array
  /** `[N]`: the line of the file each pair stands in, from 1; in Parquet its row, from 0. */
  readonly lines: Uint32Array
}

/** Pairs to be evaluated on, and where they are from. */
export interface Task {
  /** E.g. `csts_dev`. */
  readonly name: string
  /** E.g. `dev`. */
  readonly split: string
  readonly labels: LabelKind
  readonly pairs: Pairs
  /** The file, for people. */
  readonly source: string
  /** SHA-256 of the file's bytes, in hex. */
  readonly sha256: string
  /** What a user should know about the file, e.g. rows that occur twice. */
  readonly warnings: readonly string[]
}

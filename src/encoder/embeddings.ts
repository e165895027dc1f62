import type { OutputType } from './constants.ts'

/** The array type that holds each output type. */
export interface OutputArrays {
  readonly float32: Float32Array
  readonly int8: Int8Array
  readonly uint8: Uint8Array
  readonly binary: Int8Array
  readonly ubinary: Uint8Array
}

/** The smallest and largest value of each dimension: [D] each. */
export interface OutputRanges {
  readonly smallest: Float32Array
  readonly largest: Float32Array
}

/** The embeddings of several texts, in the order of the texts. */
export interface Embeddings<Output extends OutputType = 'float32'> {
  /** Row-major: [rows · dimensions], or [rows · ⌈dimensions/8⌉] bytes for binary and ubinary. */
  readonly data: OutputArrays[Output]
  readonly rows: number
  /** D: numbers, or bits, a row. */
  readonly dimensions: number
  /** `[rows]`: tokens each text was encoded as, special tokens and prompt included. */
  readonly tokens: Int32Array
  /** `[rows]`: tokens truncated from each text; 0 where it fitted. */
  readonly truncated: Int32Array
}

/** The vectors of one text's tokens. */
export interface TokenEmbeddings {
  /** [T · H], row-major. */
  readonly data: Float32Array
  /** [T] */
  readonly tokens: readonly string[]
  /** H */
  readonly dimensions: number
}

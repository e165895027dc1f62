/** Element types of stored weights, with the bytes one element takes. */
export const WEIGHT_BYTES = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
} as const
export type WeightType = keyof typeof WEIGHT_BYTES

/**
 * What a model's numbers are stored in. Whole numbers are the codes of a quantization, which only
 * whoever made them can undo.
 */
export const NUMBER_TYPES: readonly WeightType[] = ['float64', 'float32', 'float16', 'bfloat16']

/** Where the bytes of a weight lie: a range of a file (nothing is read until asked), or memory. */
export type WeightData =
  | { readonly file: string; readonly offset: number; readonly byteLength: number }
  | { readonly bytes: Uint8Array<ArrayBuffer> }

/** One stored tensor: little-endian, row-major, contiguous. */
export interface Weight {
  readonly name: string
  readonly type: WeightType
  readonly shape: readonly number[]
  readonly data: WeightData
}

export type WeightMap = ReadonlyMap<string, Weight>

/** Typed arrays begin at multiples of their width. */
export function aligned(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes)
}

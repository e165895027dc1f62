/** Element types of stored weights, named as everywhere in yuju. */
export const WEIGHT_TYPES = [
  'float32',
  'float16',
  'bfloat16',
  'float64',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'bool',
] as const
export type WeightType = (typeof WEIGHT_TYPES)[number]

/** Where the bytes of a weight lie: a range of a file (nothing is read until asked), or memory. */
export type WeightData =
  | { readonly file: string; readonly offset: number; readonly byteLength: number }
  | { readonly bytes: Uint8Array }

/** One stored tensor: little-endian, row-major, contiguous. */
export interface Weight {
  readonly name: string
  readonly type: WeightType
  readonly shape: readonly number[]
  readonly data: WeightData
}

export type WeightMap = ReadonlyMap<string, Weight>

import { CheckpointError } from '../errors/index.ts'

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
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
  // These may lie beside a model's weights; nothing is computed with them.
  complex64: 8,
  float8_e4m3fn: 1,
  float8_e4m3fnuz: 1,
  float8_e5m2: 1,
  float8_e5m2fnuz: 1,
  float8_e8m0fnu: 1,
  float6_e2m3: 0.75,
  float6_e3m2: 0.75,
  float4_e2m1: 0.5,
} as const
export type WeightType = keyof typeof WEIGHT_BYTES

const NUMBER_TYPES = ['float64', 'float32', 'float16', 'bfloat16'] as const

/**
 * Whether a model's numbers can be stored in a type. Whole numbers and narrow ones are quantized
 * values, which only whoever made them can undo.
 */
export function isNumberType(type: WeightType): type is (typeof NUMBER_TYPES)[number] {
  return (NUMBER_TYPES as readonly WeightType[]).includes(type)
}

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

/** Encoders of 24 layers have four hundred. */
const MOST_TENSORS = 20_000

/** @throws CheckpointError for more tensors than any model has. */
export function requireFewTensors(path: string, count: number): void {
  if (count <= MOST_TENSORS) return
  throw new CheckpointError(
    'checkpoint-too-many-tensors',
    `${path} has ${count} tensors, but at most ${MOST_TENSORS} are read; it is no sentence encoder`,
    { facts: { path, count, limit: MOST_TENSORS } },
  )
}

/** Typed arrays begin at multiples of their width. */
export function aligned(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes)
}

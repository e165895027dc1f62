import type { WeightType } from '../model/index.ts'

/** The element types of safetensors files. Reference: the `Dtype` of the safetensors library. */
export const TYPE_NAMES: Readonly<Record<WeightType, string>> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint64: 'U64',
  uint32: 'U32',
  uint16: 'U16',
  uint8: 'U8',
  bool: 'BOOL',
  complex64: 'C64',
  float8_e4m3fn: 'F8_E4M3',
  float8_e4m3fnuz: 'F8_E4M3FNUZ',
  float8_e5m2: 'F8_E5M2',
  float8_e5m2fnuz: 'F8_E5M2FNUZ',
  float8_e8m0fnu: 'F8_E8M0',
  float6_e2m3: 'F6_E2M3',
  float6_e3m2: 'F6_E3M2',
  float4_e2m1: 'F4',
}

const TYPES: ReadonlyMap<string, WeightType> = new Map(
  Object.entries(TYPE_NAMES).map(([type, name]) => [name, type as WeightType]),
)

/** The type a file calls by a name, or undefined where the format has none. */
export function typeNamed(name: string): WeightType | undefined {
  return TYPES.get(name)
}

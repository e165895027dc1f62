import { CheckpointError } from '../errors/index.ts'
import { aligned, type Weight, type WeightType } from '../model/index.ts'
import type { RangeReader } from './finite-weights.ts'
import { fromHalves } from './float16.ts'

/** The numbers of a weight as float32, row-major, read by whoever reads its file. */
export async function weightNumbers(
  weight: Weight,
  read: RangeReader,
): Promise<Float32Array<ArrayBuffer>> {
  return toFloat32(await weightBytes(weight, read), weight.type)
}

/** The bytes of a weight as it is stored. */
export async function weightBytes(
  { data }: Weight,
  read: RangeReader,
): Promise<Uint8Array<ArrayBuffer>> {
  return 'bytes' in data ? data.bytes : read(data.file, data.offset, data.byteLength)
}

/**
 * float64 and wide integers are rounded.
 * @throws CheckpointError for a type that nothing is computed with.
 */
export function toFloat32(
  bytes: Uint8Array<ArrayBuffer>,
  type: WeightType,
): Float32Array<ArrayBuffer> {
  const { buffer, byteOffset: offset, byteLength } = aligned(bytes)
  switch (type) {
    case 'float32':
      return new Float32Array(buffer, offset, byteLength / 4)
    case 'float64':
      return Float32Array.from(new Float64Array(buffer, offset, byteLength / 8))
    case 'float16':
      return fromHalves(new Uint16Array(buffer, offset, byteLength / 2))
    case 'bfloat16':
      return brainToFloat32(new Uint16Array(buffer, offset, byteLength / 2))
    case 'uint64':
      return Float32Array.from(new BigUint64Array(buffer, offset, byteLength / 8), Number)
    case 'uint32':
      return Float32Array.from(new Uint32Array(buffer, offset, byteLength / 4))
    case 'uint16':
      return Float32Array.from(new Uint16Array(buffer, offset, byteLength / 2))
    case 'int64':
      return Float32Array.from(new BigInt64Array(buffer, offset, byteLength / 8), Number)
    case 'int32':
      return Float32Array.from(new Int32Array(buffer, offset, byteLength / 4))
    case 'int16':
      return Float32Array.from(new Int16Array(buffer, offset, byteLength / 2))
    case 'int8':
      return Float32Array.from(new Int8Array(buffer, offset, byteLength))
    case 'uint8':
    case 'bool':
      return Float32Array.from(new Uint8Array(buffer, offset, byteLength))
    default:
      throw new CheckpointError(
        'checkpoint-weight-type',
        `numbers of the type ${type} cannot be read; expected floating-point or whole numbers`,
        { facts: { type } },
      )
  }
}

/** bfloat16 is the upper half of a float32. */
function brainToFloat32(halves: Uint16Array): Float32Array<ArrayBuffer> {
  // A loop: `from` calls a function for each, which takes a minute for half a billion.
  const words = new Uint32Array(halves.length)
  for (let i = 0; i < halves.length; i += 1) words[i] = (halves[i] as number) << 16
  return new Float32Array(words.buffer)
}

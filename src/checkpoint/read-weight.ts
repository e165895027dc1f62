import { CheckpointError } from '../errors/index.ts'
import { fromHalves } from './float16.ts'
import { readRange } from './folder-file.ts'
import type { Weight, WeightType } from './weight.ts'

/** The stored bytes of a weight. */
export async function readWeightBytes({ data }: Weight): Promise<Uint8Array<ArrayBuffer>> {
  return 'bytes' in data ? data.bytes : readRange(data.file, data.offset, data.byteLength)
}

/** The numbers of a weight as float32, row-major; float64 and wide integers are rounded. */
export async function readWeight(weight: Weight): Promise<Float32Array<ArrayBuffer>> {
  return toFloat32(await readWeightBytes(weight), weight.type)
}

function toFloat32(bytes: Uint8Array<ArrayBuffer>, type: WeightType): Float32Array<ArrayBuffer> {
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
      return type satisfies never
  }
}

/** Typed arrays begin at multiples of their width. */
function aligned(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes)
}

/** bfloat16 is the upper half of a float32. */
function brainToFloat32(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const words = Uint32Array.from(halves, (half) => half << 16)
  return new Float32Array(words.buffer)
}

/** Bytes that are checked at once. */
const CHUNK = 4 << 20

/**
 * Requires that no weight holds NaN or infinity, reading them in small chunks.
 * @throws CheckpointError naming the first weight and element that does.
 */
export async function checkFinite(weights: Iterable<Weight>): Promise<void> {
  for (const weight of weights) {
    const width = FLOATS[weight.type]
    if (width) await checkWeight(weight, width)
  }
}

interface FloatLayout {
  /** 2-byte or 4-byte words, of which the exponent's is inspected. */
  readonly words: typeof Uint16Array | typeof Uint32Array
  /** Words one element takes; the last holds the exponent. */
  readonly step: number
  /** The exponent's bits: all set in NaN and infinity, and never otherwise. */
  readonly mask: number
}

const FLOATS: Partial<Readonly<Record<WeightType, FloatLayout>>> = {
  float16: { words: Uint16Array, step: 1, mask: 0x7c00 },
  bfloat16: { words: Uint16Array, step: 1, mask: 0x7f80 },
  float32: { words: Uint32Array, step: 1, mask: 0x7f800000 },
  float64: { words: Uint32Array, step: 2, mask: 0x7ff00000 },
}

async function checkWeight(weight: Weight, layout: FloatLayout): Promise<void> {
  const { data } = weight
  const total = 'bytes' in data ? data.bytes.byteLength : data.byteLength
  for (let start = 0; start < total; start += CHUNK) {
    const length = Math.min(CHUNK, total - start)
    const bytes =
      'bytes' in data
        ? aligned(data.bytes.subarray(start, start + length))
        : await readRange(data.file, data.offset + start, length)
    const place = firstNonFinite(bytes, layout)
    if (place === -1) continue
    const index = start / (layout.words.BYTES_PER_ELEMENT * layout.step) + place
    throw new CheckpointError(
      'checkpoint-not-finite',
      `weight ${weight.name} is NaN or infinite at element ${index}; the model is damaged`,
      { facts: { name: weight.name, index } },
    )
  }
}

function firstNonFinite(
  { buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>,
  { words: Words, step, mask }: FloatLayout,
): number {
  const words = new Words(buffer, byteOffset, byteLength / Words.BYTES_PER_ELEMENT)
  for (let i = step - 1; i < words.length; i += step) {
    if (((words[i] as number) & mask) === mask) return (i - step + 1) / step
  }
  return -1
}

import { CheckpointError } from '../errors/index.ts'
import { aligned, type Weight, type WeightType } from '../model/index.ts'

/** Bytes that are checked at once. */
const CHUNK = 1 << 20

/**
 * Reads bytes `offset` to `offset + length` of a file that weights lie in.
 * @param into at least `length` bytes that may be used to give them in
 */
export type RangeReader = (
  file: string,
  offset: number,
  length: number,
  into?: Uint8Array<ArrayBuffer>,
) => Promise<Uint8Array<ArrayBuffer>>

/**
 * Requires that the files that weights lie in are as long as they were when their headers were read.
 * @throws CheckpointError for one that is not.
 */
export async function checkFilesWhole(weights: Iterable<Weight>, read: RangeReader): Promise<void> {
  const ends = new Map<string, number>()
  for (const { data } of weights) {
    if (!('file' in data)) continue
    ends.set(data.file, Math.max(ends.get(data.file) ?? 0, data.offset + data.byteLength))
  }
  for (const [file, end] of ends) if (end > 0) await read(file, end - 1, 1)
}

/**
 * Requires that no weight holds NaN or infinity, reading them in small chunks.
 * @throws CheckpointError naming the first weight and element that does.
 */
export async function checkFinite(weights: Iterable<Weight>, read: RangeReader): Promise<void> {
  const chunk = new Uint8Array(CHUNK)
  const readChunk: RangeReader = (file, offset, length) => read(file, offset, length, chunk)
  for (const weight of weights) {
    const layout = FLOATS[weight.type]
    if (layout) await checkWeight(weight, layout, readChunk)
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

async function checkWeight(weight: Weight, layout: FloatLayout, read: RangeReader): Promise<void> {
  const { data } = weight
  const total = 'bytes' in data ? data.bytes.byteLength : data.byteLength
  for (let start = 0; start < total; start += CHUNK) {
    const length = Math.min(CHUNK, total - start)
    const bytes =
      'bytes' in data
        ? aligned(data.bytes.subarray(start, start + length))
        : await read(data.file, data.offset + start, length)
    const word = firstNonFinite(bytes, layout)
    if (word === -1) continue
    const index = start / (layout.words.BYTES_PER_ELEMENT * layout.step) + word
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

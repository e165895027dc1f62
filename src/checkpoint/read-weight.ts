import { readRange } from './disk-folder.ts'
import type { Weight } from './weight.ts'
import { toFloat32 } from './weight-numbers.ts'

/** The stored bytes of a weight. */
export async function readWeightBytes({ data }: Weight): Promise<Uint8Array<ArrayBuffer>> {
  return 'bytes' in data ? data.bytes : readRange(data.file, data.offset, data.byteLength)
}

/** The numbers of a weight as float32, row-major; float64 and wide integers are rounded. */
export async function readWeight(weight: Weight): Promise<Float32Array<ArrayBuffer>> {
  return toFloat32(await readWeightBytes(weight), weight.type)
}

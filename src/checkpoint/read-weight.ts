import type { Weight } from '../model/index.ts'
import { readRange } from './disk-folder.ts'
import { weightBytes, weightNumbers } from './weight-numbers.ts'

/** The stored bytes of a weight. */
export function readWeightBytes(weight: Weight): Promise<Uint8Array<ArrayBuffer>> {
  return weightBytes(weight, readRange)
}

/** The numbers of a weight as float32, row-major; float64 and wide integers are rounded. */
export function readWeight(weight: Weight): Promise<Float32Array<ArrayBuffer>> {
  return weightNumbers(weight, readRange)
}

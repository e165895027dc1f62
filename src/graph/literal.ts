import { GraphError } from '../errors/index.ts'
import type { DataType } from './value.ts'

/** Numbers written into a graph: as initializers store them, row-major and little-endian. */

export function int64Bytes(values: readonly number[]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(values, BigInt).buffer)
}

/** @throws GraphError for an element type that constants are not written in. */
export function literalBytes(type: DataType, values: readonly number[]): Uint8Array {
  switch (type) {
    case 'float32':
      return new Uint8Array(Float32Array.from(values).buffer)
    case 'float64':
      return new Uint8Array(Float64Array.from(values).buffer)
    case 'int64':
      return int64Bytes(values)
    case 'int32':
      return new Uint8Array(Int32Array.from(values).buffer)
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values)
    default:
      throw new GraphError('graph-type', `a number cannot be written as ${type}; cast the tensor`, {
        facts: { type },
      })
  }
}

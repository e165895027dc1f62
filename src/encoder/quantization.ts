import { InputError } from '../errors/index.ts'
import type { Matrix } from '../similarity/index.ts'
import type { OutputType } from './constants.ts'
import type { Embeddings, OutputArrays, OutputRanges } from './embeddings.ts'

/** The smallest and largest value of each dimension over all rows [N,D]; N must not be 0. */
export function outputRangesOf({ data, rows, dimensions }: Matrix): OutputRanges {
  if (rows === 0) throw new InputError('ranges-empty', 'ranges need at least one embedding')
  const smallest = data.slice(0, dimensions)
  const largest = data.slice(0, dimensions)
  for (let i = dimensions; i < data.length; i += 1) {
    const value = data[i] as number
    const dimension = i % dimensions
    if (value < (smallest[dimension] as number)) smallest[dimension] = value
    else if (value > (largest[dimension] as number)) largest[dimension] = value
  }
  return { smallest, largest }
}

/**
 * Stores float32 embeddings in fewer bits. Reference: sentence-transformers' quantize_embeddings
 * (6.2; earlier versions overflow where this clamps).
 *
 * uint8: floor((x - smallest) / step) with step = (largest - smallest) / 255, or 1 for a dimension
 * without any range; outside the ranges 0 or 255. int8: the same less 128.
 * ubinary: bit = x > 0, first dimension in the highest bit, rows filled up to whole bytes with
 * zeros; binary: those bytes less 128.
 * @throws InputError when the ranges have other dimensions.
 */
export function quantizeEmbeddings<Output extends OutputType>(
  embeddings: Embeddings,
  output: Output,
  ranges?: OutputRanges,
): Embeddings<Output> {
  return { ...embeddings, data: quantizeRows(embeddings, output, ranges) }
}

/** As `quantizeEmbeddings`, of rows of numbers alone. */
export function quantizeRows<Output extends OutputType>(
  matrix: Matrix,
  output: Output,
  ranges?: OutputRanges,
): OutputArrays[Output] {
  return quantizedData(matrix, output, ranges) as OutputArrays[Output]
}

function quantizedData(
  matrix: Matrix,
  output: OutputType,
  ranges: OutputRanges | undefined,
): OutputArrays[OutputType] {
  switch (output) {
    case 'float32':
      return matrix.data
    case 'uint8':
      return steps(matrix, ranges)
    case 'int8':
      return signed(steps(matrix, ranges))
    case 'ubinary':
      return packedBits(matrix)
    case 'binary':
      return signed(packedBits(matrix))
    default:
      return output satisfies never
  }
}

/** Each byte less 128. */
function signed(bytes: Uint8Array): Int8Array {
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = (bytes[i] as number) ^ 128
  return new Int8Array(bytes.buffer)
}

/** How wide each of the 255 steps of a dimension is: [D]. */
export function stepWidths({ smallest, largest }: OutputRanges): Float32Array {
  return largest.map((value, i) => Math.fround(value - (smallest[i] as number)) / 255 || 1)
}

function steps(matrix: Matrix, given: OutputRanges | undefined): Uint8Array {
  const { data, rows, dimensions } = matrix
  if (rows === 0) return new Uint8Array(0)
  const { smallest, largest } = given ?? outputRangesOf(matrix)
  if (smallest.length !== dimensions || largest.length !== dimensions) {
    throw new InputError(
      'ranges-dimensions',
      `ranges must have the ${dimensions} dimensions of the embeddings, but have ${smallest.length}`,
      { facts: { expected: dimensions, smallest: smallest.length, largest: largest.length } },
    )
  }
  const widths = stepWidths({ smallest, largest })
  const steps = new Uint8Array(data.length)
  for (let i = 0; i < data.length; i += 1) {
    const dimension = i % dimensions
    const offset = Math.fround((data[i] as number) - (smallest[dimension] as number))
    const step = Math.floor(Math.fround(offset / (widths[dimension] as number)))
    steps[i] = Math.min(255, Math.max(0, step))
  }
  return steps
}

function packedBits({ data, rows, dimensions }: Matrix): Uint8Array {
  const rowBytes = Math.ceil(dimensions / 8)
  const packed = new Uint8Array(rows * rowBytes)
  for (let row = 0; row < rows; row += 1) {
    for (let i = 0; i < dimensions; i += 1) {
      if (!((data[row * dimensions + i] as number) > 0)) continue
      const byte = row * rowBytes + (i >> 3)
      packed[byte] = (packed[byte] as number) | (128 >> (i & 7))
    }
  }
  return packed
}

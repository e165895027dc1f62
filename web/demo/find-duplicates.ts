import type { Matrix } from 'yuju/web'

/** Rows between two reports. */
const REPORT = 50
/** Dimensions between two looks at whether a pair can still reach the threshold. */
const STRIDE = 32
/** Vectors of the same text may differ in their last digits, by the batches they were computed in. */
const ROUNDING = 1e-4

/**
 * For each row of unit vectors the first earlier row that stays and is as similar as `threshold`; -1
 * for the rows that stay.
 */
export function findDuplicates(
  vectors: Matrix,
  threshold: number,
  onProgress: (share: number) => void,
): Int32Array {
  const { rows } = vectors
  const areSimilar = pairTest(vectors, threshold - ROUNDING)
  const of = new Int32Array(rows).fill(-1)
  for (let row = 0; row < rows; row += 1) {
    if (row % REPORT === 0) onProgress((2 * rows - row) * (row / rows ** 2))
    if (of[row] !== -1) continue
    for (let other = row + 1; other < rows; other += 1) {
      if (of[other] === -1 && areSimilar(row, other)) of[other] = row
    }
  }
  return of
}

/**
 * Whether the product of two rows is at least `least`. What the dimensions not yet added up can bring
 * is at most the product of their lengths (Cauchy and Schwarz), so that most pairs are given up early.
 */
function pairTest(vectors: Matrix, least: number): (a: number, b: number) => boolean {
  const { data, dimensions } = vectors
  const parts = Math.ceil(dimensions / STRIDE)
  const rests = restLengths(vectors, parts)
  return (a, b) => {
    let sum = 0
    for (let part = 0; part < parts; part += 1) {
      const start = part * STRIDE
      const length = Math.min(STRIDE, dimensions - start)
      sum += product(data, a * dimensions + start, b * dimensions + start, length)
      const most = (rests[a * parts + part] as number) * (rests[b * parts + part] as number)
      if (sum + most < least) return false
    }
    return true
  }
}

/** The length of what comes after each part of each row. [rows · parts] */
function restLengths({ data, rows, dimensions }: Matrix, parts: number): Float64Array {
  const rests = new Float64Array(rows * parts)
  for (let row = 0; row < rows; row += 1) {
    let squares = 0
    for (let part = parts - 1; part > 0; part -= 1) {
      const start = row * dimensions + part * STRIDE
      const end = Math.min(start + STRIDE, (row + 1) * dimensions)
      for (let i = start; i < end; i += 1) squares += (data[i] as number) ** 2
      rests[row * parts + part - 1] = Math.sqrt(squares)
    }
  }
  return rests
}

/** Four sums side by side keep the processor busy where one would wait for itself. */
function product(data: Float32Array, a: number, b: number, length: number): number {
  let [p, q, r, s] = [0, 0, 0, 0]
  const whole = length - (length % 4)
  for (let i = 0; i < whole; i += 4) {
    p += (data[a + i] as number) * (data[b + i] as number)
    q += (data[a + i + 1] as number) * (data[b + i + 1] as number)
    r += (data[a + i + 2] as number) * (data[b + i + 2] as number)
    s += (data[a + i + 3] as number) * (data[b + i + 3] as number)
  }
  for (let i = whole; i < length; i += 1) p += (data[a + i] as number) * (data[b + i] as number)
  return p + q + r + s
}

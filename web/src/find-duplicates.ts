import type { Matrix } from 'yuju/web'

/** Rows between two reports. */
const REPORT = 50

/**
 * For each row of unit vectors the first earlier row that stays and is as alike as `threshold`; -1
 * for the rows that stay.
 */
export function findDuplicates(
  { data, rows, dimensions }: Matrix,
  threshold: number,
  onProgress: (share: number) => void,
): Int32Array {
  const of = new Int32Array(rows).fill(-1)
  for (let row = 0; row < rows; row += 1) {
    if (row % REPORT === 0) onProgress((2 * rows - row) * (row / rows ** 2))
    if (of[row] !== -1) continue
    for (let other = row + 1; other < rows; other += 1) {
      if (of[other] !== -1) continue
      if (product(data, row * dimensions, other * dimensions, dimensions) >= threshold) {
        of[other] = row
      }
    }
  }
  return of
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

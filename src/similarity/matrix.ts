/** Rows of numbers, one after another: the vectors of N texts. */
export interface Matrix {
  /** [rows · dimensions], row-major. */
  readonly data: Float32Array
  readonly rows: number
  readonly dimensions: number
}

/** Row number `row`, without copying. */
export function rowOf({ data, dimensions }: Matrix, row: number): Float32Array {
  return data.subarray(row * dimensions, (row + 1) * dimensions)
}

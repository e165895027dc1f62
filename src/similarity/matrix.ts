/** Rows of numbers, one after another: the vectors of N texts. */
export interface Matrix {
  /** [rows · dimensions], row-major. */
  readonly data: Float32Array
  readonly rows: number
  readonly dimensions: number
}

/** Row `row`, without copying. */
export function rowOf({ data, dimensions }: Matrix, row: number): Float32Array {
  return data.subarray(row * dimensions, (row + 1) * dimensions)
}

/** Rows [N,D] in one matrix, one block of them after another. */
export function stackRows(blocks: readonly Float32Array[], dimensions: number): Matrix {
  const data = new Float32Array(blocks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const block of blocks) {
    data.set(block, at)
    at += block.length
  }
  return { data, rows: dimensions === 0 ? 0 : data.length / dimensions, dimensions }
}

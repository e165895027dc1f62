import type { Matrix } from '../similarity/index.ts'

/**
 * Keeps the first `dimensions` of each row and, if requested, scales the rows to length 1; in that
 * order, as in the reference (sentence-transformers' encode).
 */
export function finishVectors(
  matrix: Matrix,
  { dimensions, normalize }: { readonly dimensions: number; readonly normalize: boolean },
): Matrix {
  const kept = matrix.dimensions === dimensions ? matrix : keepFirst(matrix, dimensions)
  if (normalize) scaleRows(kept)
  return kept
}

function keepFirst({ data, rows, dimensions: all }: Matrix, dimensions: number): Matrix {
  const kept = new Float32Array(rows * dimensions)
  for (let row = 0; row < rows; row += 1) {
    kept.set(data.subarray(row * all, row * all + dimensions), row * dimensions)
  }
  return { data: kept, rows, dimensions }
}

/** x / max(‖x‖₂, 1e-12) in place. Reference: torch.nn.functional.normalize. */
function scaleRows({ data, rows, dimensions }: Matrix): void {
  for (let start = 0; start < rows * dimensions; start += dimensions) {
    let squares = 0
    for (let i = start; i < start + dimensions; i += 1) squares += (data[i] as number) ** 2
    const length = Math.max(Math.sqrt(squares), 1e-12)
    for (let i = start; i < start + dimensions; i += 1) data[i] = (data[i] as number) / length
  }
}

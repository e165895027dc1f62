import { type Matrix, rowOf } from '../similarity/index.ts'

/** The rows of a matrix as arrays of numbers, which is how other libraries pass vectors around. */
export function vectorRows(matrix: Matrix): number[][] {
  return Array.from({ length: matrix.rows }, (_, row) => Array.from(rowOf(matrix, row)))
}

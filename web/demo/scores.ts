import type { Matrix } from 'yuju/web'

/** The product of each row with a vector: for vectors of length 1, their cosine similarity. */
export function rowScores({ data, rows, dimensions }: Matrix, vector: Float32Array): Float32Array {
  const scores = new Float32Array(rows)
  for (let row = 0; row < rows; row += 1) {
    let sum = 0
    const start = row * dimensions
    for (let i = 0; i < dimensions; i += 1) sum += (data[start + i] ?? 0) * (vector[i] ?? 0)
    scores[row] = sum
  }
  return scores
}

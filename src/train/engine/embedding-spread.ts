/**
 * 1 - the mean cosine between different rows [N,D]: near 0 when all have collapsed to one direction.
 * From Σᵢⱼ uᵢ·uⱼ = ‖Σ uᵢ‖² for rows of length 1. Of fewer than two rows: 1.
 */
export function embeddingSpread(data: Float32Array, rows: number): number {
  if (rows < 2) return 1
  const dimensions = data.length / rows
  const sum = new Float64Array(dimensions)
  for (let row = 0; row < rows; row += 1) {
    const vector = data.subarray(row * dimensions, (row + 1) * dimensions)
    const length = Math.max(Math.sqrt(squares(vector)), 1e-12)
    for (let i = 0; i < dimensions; i += 1) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0) / length
  }
  return 1 - (squares(sum) - rows) / (rows * (rows - 1))
}

function squares(vector: Float32Array | Float64Array): number {
  let sum = 0
  for (const x of vector) sum += x * x
  return sum
}

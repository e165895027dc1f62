import type { Matrix } from 'yuju/web'

const ITERATIONS = 40

/**
 * The rows seen along the two directions in which they differ most: principal components, found by
 * orthogonal iteration. [rows · 2]
 */
export function project(vectors: Matrix): Float32Array {
  const centred = centre(vectors)
  let axes = [startAxis(vectors.dimensions, 1), startAxis(vectors.dimensions, 2)] as const
  for (let turn = 0; turn < ITERATIONS; turn += 1) {
    const first = unit(multiply(centred, axes[0]))
    axes = [first, unit(without(multiply(centred, axes[1]), first))]
  }
  const points = new Float32Array(vectors.rows * 2)
  axes.forEach((axis, side) => {
    along(centred, axis).forEach((position, row) => {
      points[row * 2 + side] = position
    })
  })
  return points
}

function centre({ data, rows, dimensions }: Matrix): Matrix {
  const mean = new Float64Array(dimensions)
  data.forEach((value, i) => {
    mean[i % dimensions] = (mean[i % dimensions] ?? 0) + value / rows
  })
  return { data: data.map((value, i) => value - (mean[i % dimensions] ?? 0)), rows, dimensions }
}

/** Never the same direction twice, and none that a model's dimensions would favour. */
function startAxis(dimensions: number, seed: number): Float64Array {
  return Float64Array.from({ length: dimensions }, (_, i) => Math.sin((i + 1) * (seed + 0.37)))
}

/** X·v */
function along({ data, rows, dimensions }: Matrix, axis: Float64Array): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0
    for (let i = 0; i < dimensions; i += 1)
      sum += (data[row * dimensions + i] ?? 0) * (axis[i] ?? 0)
    return sum
  })
}

/** Xᵀ·X·v */
function multiply(matrix: Matrix, axis: Float64Array): Float64Array {
  const { data, dimensions } = matrix
  const result = new Float64Array(dimensions)
  along(matrix, axis).forEach((position, row) => {
    for (let i = 0; i < dimensions; i += 1) {
      result[i] = (result[i] ?? 0) + position * (data[row * dimensions + i] ?? 0)
    }
  })
  return result
}

function without(vector: Float64Array, axis: Float64Array): Float64Array {
  const share = vector.reduce((sum, value, i) => sum + value * (axis[i] ?? 0), 0)
  return vector.map((value, i) => value - share * (axis[i] ?? 0))
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector) || 1
  return vector.map((value) => value / length)
}

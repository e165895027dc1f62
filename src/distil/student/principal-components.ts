import { InputError } from '../../errors/index.ts'
import type { Matrix } from '../../similarity/index.ts'

export interface PrincipalComponents {
  /** [count,D], each of length 1, at right angles; the one of the largest variance first. */
  readonly components: Matrix
  /** [count]: the share of all variance that lies along each. */
  readonly explained: Float64Array
}

/**
 * The directions in which vectors [N,D] differ most: the leading eigenvectors of their covariance.
 * A direction's sign is chosen so that its largest component is positive.
 *
 * Source: Pearson 1901; reference: PCA of scikit-learn.
 * @throws InputError when there are not more vectors than directions, or fewer dimensions.
 */
export async function principalComponents(
  vectors: Matrix,
  count: number,
): Promise<PrincipalComponents> {
  const { rows, dimensions: size } = vectors
  if (!Number.isInteger(count) || count < 1 || count > size || rows <= count) {
    throw new InputError(
      'distil-components',
      `${rows} vectors of ${size} numbers have 1 to ${Math.min(size, rows - 1)} principal ` +
        `components, but ${count} were requested; give more vectors, some thousand at best`,
      { facts: { rows, dimensions: size, count } },
    )
  }
  const { EigenvalueDecomposition, Matrix: Square } = await import('ml-matrix')
  const covariance = Square.from1DArray(size, size, [...covarianceOf(vectors)])
  const solved = new EigenvalueDecomposition(covariance, { assumeSymmetric: true })
  const values = solved.realEigenvalues
  const order = [...values.keys()].sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0))
  const leading = order.slice(0, count)
  const data = new Float32Array(count * size)
  for (const [row, column] of leading.entries()) {
    data.set(withSign(solved.eigenvectorMatrix.getColumn(column)), row * size)
  }
  const total = values.reduce((sum, value) => sum + value, 0)
  return {
    components: { data, rows: count, dimensions: size },
    explained: Float64Array.from(leading, (column) => (values[column] ?? 0) / total),
  }
}

/** [D,D], without the factor 1/N, which changes no direction. */
function covarianceOf({ data, rows, dimensions: size }: Matrix): Float64Array {
  const mean = new Float64Array(size)
  for (const [index, x] of data.entries()) mean[index % size] = (mean[index % size] ?? 0) + x / rows
  const sums = new Float64Array(size * size)
  const centred = new Float64Array(size)
  for (let row = 0; row < rows; row += 1) {
    for (let i = 0; i < size; i += 1) centred[i] = (data[row * size + i] ?? 0) - (mean[i] ?? 0)
    addOuterProduct(sums, centred)
  }
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < i; j += 1) sums[j * size + i] = sums[i * size + j] ?? 0
  }
  return sums
}

/** Adds x·xᵀ on and below the diagonal. */
function addOuterProduct(sums: Float64Array, x: Float64Array): void {
  const size = x.length
  for (let i = 0; i < size; i += 1) {
    const factor = x[i] ?? 0
    for (let j = 0; j <= i; j += 1) {
      const index = i * size + j
      sums[index] = (sums[index] ?? 0) + factor * (x[j] ?? 0)
    }
  }
}

function withSign(direction: readonly number[]): number[] {
  const largest = direction.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0)
  return direction.map((x) => (largest < 0 ? -x : x))
}

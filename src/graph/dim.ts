/**
 * A dimension: a size, or the name of a size known only when the graph runs. Products of named
 * sizes are names too, with their factors sorted: `'B*T'`, `'4*B'`.
 */
export type Dim = number | string
export type Shape = readonly Dim[]

/** The product of dimensions, in the one spelling that makes equal products equal strings. */
export function multiplyDims(dims: Shape): Dim {
  const factors = dims.flatMap((dim) => String(dim).split('*'))
  const symbols = factors.filter((factor) => Number.isNaN(Number(factor)))
  const coefficient = factors
    .filter((factor) => !Number.isNaN(Number(factor)))
    .reduce<number>((product, factor) => product * Number(factor), 1)
  if (symbols.length === 0 || coefficient === 0) return coefficient
  const sorted = symbols.sort().join('*')
  return coefficient === 1 ? sorted : `${coefficient}*${sorted}`
}

/** `[B,T,384]` */
export function formatShape(shape: Shape): string {
  return `[${shape.join(',')}]`
}

/** Whether two shapes are the same, name for name. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis])
}

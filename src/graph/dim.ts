/**
 * A dimension: a size, or the spelling of a size known only when the graph runs. Sums and products of
 * named sizes are spelled in one way, so that equal sizes are equal strings: terms joined by `+`,
 * factors by `*`, each in alphabetical order with the number first: `'B*T'`, `'2*P'`, `'-1*T+512'`.
 */
export type Dim = number | string
/** The size of each axis, the outermost first. */
export type Shape = readonly Dim[]

/** A polynomial in the named sizes: the coefficient of each product of names ('' for the constant). */
type Polynomial = ReadonlyMap<string, number>

/** The product of dimensions. */
export function multiplyDims(dims: Shape): Dim {
  const one: Polynomial = new Map([['', 1]])
  return spell(dims.map(parse).reduce(multiply, one))
}

/** The sum of dimensions. */
export function addDims(dims: Shape): Dim {
  return spell(collect(dims.flatMap((dim) => [...parse(dim)])))
}

/** a - b */
export function subtractDims(a: Dim, b: Dim): Dim {
  return addDims([a, multiplyDims([-1, b])])
}

function multiply(a: Polynomial, b: Polynomial): Polynomial {
  const terms = [...a].flatMap(([left, x]) =>
    [...b].map(([right, y]) => [joinNames(left, right), x * y] as const),
  )
  return collect(terms)
}

function joinNames(...products: readonly string[]): string {
  const names = products.flatMap((product) => (product === '' ? [] : product.split('*')))
  return names.sort().join('*')
}

function collect(terms: readonly (readonly [string, number])[]): Polynomial {
  const sums = new Map<string, number>()
  for (const [names, coefficient] of terms) sums.set(names, (sums.get(names) ?? 0) + coefficient)
  return sums
}

function parse(dim: Dim): Polynomial {
  if (typeof dim === 'number') return new Map([['', dim]])
  return collect(dim.split('+').map(parseTerm))
}

function parseTerm(term: string): readonly [string, number] {
  const factors = term.split('*')
  const names = factors.filter((factor) => Number.isNaN(Number(factor)))
  const numbers = factors.map(Number).filter((factor) => !Number.isNaN(factor))
  return [joinNames(...names), numbers.reduce((product, factor) => product * factor, 1)]
}

function spell(polynomial: Polynomial): Dim {
  const terms = [...polynomial].filter(([, coefficient]) => coefficient !== 0)
  if (terms.every(([names]) => names === '')) return terms[0]?.[1] ?? 0
  return terms.map(spellTerm).sort().join('+')
}

function spellTerm([names, coefficient]: readonly [string, number]): string {
  if (names === '') return String(coefficient)
  return coefficient === 1 ? names : `${coefficient}*${names}`
}

/** `[B,T,384]` */
export function formatShape(shape: Shape): string {
  return `[${shape.join(',')}]`
}

/** Whether two shapes are the same, name for name. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis])
}

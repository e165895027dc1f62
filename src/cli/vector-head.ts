/** Numbers of a vector that are shown to people. */
const SHOWN = 6

/** The first numbers of a vector, and that there are more: `0.0123  -0.4567  …`. */
export function vectorHead(vector: Iterable<number> & { readonly length: number }): string {
  const head = Array.from(vector)
    .slice(0, SHOWN)
    .map((value) => (Number.isInteger(value) ? `${value}` : value.toFixed(4)).padStart(7))
  return head.join(' ') + (vector.length > SHOWN ? ' …' : '')
}

import type { WebManifest } from '../checkpoint/portable.ts'
import type { Encoder } from '../encoder/portable.ts'

/** How far a graphics processor's vectors may be from Node's, in parts of their length. */
const TOLERANCE = 1e-3

/**
 * Why an encoder must not be used: its vectors are not those stored with the model. Undefined when
 * they are.
 */
export async function selfCheck(
  encoder: Encoder,
  { texts, vectors }: WebManifest['check'],
): Promise<string | undefined> {
  const found = await encoder.encode(texts, { prompt: '', truncate: 'silent' })
  const { dimensions } = found
  const shares = vectors.map((expected, row) => {
    const ours = found.data.subarray(row * dimensions, (row + 1) * dimensions)
    const differences = expected.map((value, place) =>
      Math.abs(value - (ours[place] ?? Number.NaN)),
    )
    return Math.max(...differences) / Math.hypot(...expected)
  })
  const worst = Math.max(...shares)
  // Not a number is no match either.
  if (worst <= TOLERANCE) return undefined
  return `it gives other vectors than those stored with the model (${worst.toPrecision(2)} of a length apart)`
}

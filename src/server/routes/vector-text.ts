/**
 * The number that is written in few digits and is the same float32: nine tell every one apart
 * from its neighbours. Printing it as it is would show the 17 digits of a float64.
 */
export function shortNumber(value: number): number {
  const size = Math.abs(value)
  // Most are of these sizes, where scaling gives the nine digits many times faster than text does.
  if (size >= 0.1 && size < 1) return Math.round(value * 1e9) / 1e9
  if (size >= 0.01 && size < 0.1) return Math.round(value * 1e10) / 1e10
  if (size >= 0.001 && size < 0.01) return Math.round(value * 1e11) / 1e11
  return Number(value.toPrecision(9))
}

/** A vector as a JSON array. */
export function vectorJson(vector: Float32Array): string {
  const numbers = new Array<number>(vector.length)
  // A loop, because a mapping Array.from takes several times as long.
  for (let i = 0; i < vector.length; i += 1) numbers[i] = shortNumber(vector[i] ?? 0)
  return JSON.stringify(numbers)
}

/** A vector as OpenAI's `base64`: little-endian float32 numbers. */
export function vectorBase64(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
}

/** A weight [O,I] in 8 bits, turned round for the runtime's product: scale[o] · codes[i,o]. */
export interface EightBitWeight {
  /** [I,O] */
  readonly codes: Int8Array<ArrayBuffer>
  /** [O] */
  readonly scale: Float32Array<ArrayBuffer>
}

/** The largest code; -128 is not used, so that both signs are alike. */
const LARGEST = 127

/**
 * Each row of a weight [O,I] by its own scale, so that its largest number is ±127.
 * @param factors [I]: what the columns are multiplied by before. Default: nothing.
 */
export function eightBitWeight(
  weight: Float32Array,
  [outputs, inputs]: readonly [number, number],
  factors?: Float32Array,
): EightBitWeight {
  const codes = new Int8Array(weight.length)
  const scale = new Float32Array(outputs)
  const row = new Float32Array(inputs)
  for (let output = 0; output < outputs; output += 1) {
    row.set(weight.subarray(output * inputs, (output + 1) * inputs))
    let largest = 0
    for (let input = 0; input < inputs; input += 1) {
      const value = (row[input] ?? 0) * (factors?.[input] ?? 1)
      row[input] = value
      largest = Math.max(largest, Math.abs(value))
    }
    const step = largest / LARGEST || 1
    scale[output] = step
    for (let input = 0; input < inputs; input += 1) {
      codes[input * outputs + output] = Math.round((row[input] ?? 0) / step)
    }
  }
  return { codes, scale }
}

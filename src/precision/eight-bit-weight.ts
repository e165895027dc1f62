/** A weight [O,I] in 8 bits, turned round for the runtime's product: scale[o] · codes[i,o]. */
export interface EightBitWeight {
  /** [I,O] */
  readonly codes: Int8Array<ArrayBuffer>
  /** [O] */
  readonly scale: Float32Array<ArrayBuffer>
}

/** The largest code; -128 is not used, so that both signs are alike. */
const LARGEST = 127

/** Rows that are turned round together: columns far apart would each be fetched for one number. */
const BLOCK = 32

/**
 * Each row of a weight [O,I] by its own scale, so that its largest number is ±127.
 * @param factors [I]: what the columns are multiplied by before. Default: nothing.
 */
export function eightBitWeight(
  weight: Float32Array,
  [outputs, inputs]: readonly [number, number],
  factors: Float32Array = new Float32Array(inputs).fill(1),
): EightBitWeight {
  const scale = rowSteps(weight, factors)
  const perStep = scale.map((step) => 1 / step)
  const codes = new Int8Array(weight.length)
  for (let first = 0; first < outputs; first += BLOCK) {
    const last = Math.min(outputs, first + BLOCK)
    for (let input = 0; input < inputs; input += 1) {
      const factor = factors[input] ?? 1
      for (let output = first; output < last; output += 1) {
        const code = (weight[output * inputs + input] ?? 0) * factor * (perStep[output] ?? 1)
        codes[input * outputs + output] = code < 0 ? code - 0.5 : code + 0.5
      }
    }
  }
  return { codes, scale }
}

/** What a code stands for in each row. */
function rowSteps(weight: Float32Array, factors: Float32Array): Float32Array<ArrayBuffer> {
  const columns = factors.length
  const steps = new Float32Array(weight.length / columns)
  for (let row = 0, place = 0; row < steps.length; row += 1) {
    let largest = 0
    for (let column = 0; column < columns; column += 1, place += 1) {
      const size = Math.abs((weight[place] ?? 0) * (factors[column] ?? 1))
      if (size > largest) largest = size
    }
    steps[row] = largest / LARGEST || 1
  }
  return steps
}

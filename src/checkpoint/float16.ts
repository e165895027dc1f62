/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */

/** Rounded to nearest, ties to even; too large becomes infinity. */
export function toHalves(numbers: Float32Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length)
  return Uint16Array.from(words, halfOf)
}

/** Exact. */
export function fromHalves(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const numbers = new Float32Array(halves.length)
  const table = numbersOfHalves()
  for (let i = 0; i < halves.length; i += 1) numbers[i] = table[halves[i] ?? 0] ?? 0
  return numbers
}

let allNumbers: Float32Array | undefined

/** The value of each half: looking it up is ten times as fast as working it out. */
function numbersOfHalves(): Float32Array {
  allNumbers ??= Float32Array.from({ length: 65_536 }, (_, half) => halfToNumber(half))
  return allNumbers
}

function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

function halfOf(word: number): number {
  const sign = (word >>> 16) & 0x8000
  const magnitude = word & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  if (magnitude >= 0x47800000) return sign | 0x7c00
  // Below the smallest normal half (2^-14) steps are 2^-24 wide.
  if (magnitude < 0x38800000) return sign | roundEven(toNumber(magnitude) * 2 ** 24)
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1)
  return sign | ((rounded - 0x38000000) >>> 13)
}

const scratch = new DataView(new ArrayBuffer(4))

function toNumber(word: number): number {
  scratch.setUint32(0, word)
  return scratch.getFloat32(0)
}

function roundEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

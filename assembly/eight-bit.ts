// The numeric loops that quantize a weight, in AssemblyScript, compiled to WebAssembly with
// 128-bit vectors. `npm run generate` writes src/precision/generated/kernels.ts from it.
//
// Pointers are byte offsets into the imported memory; `count`, `rows` and `columns` count elements.

const VECTOR: usize = 16
/** The largest value; -128 is not used, so that both signs have the same range. */
const LARGEST: f32 = 127

/**
 * IEEE 754 binary16 to float32, exact for finite values: the exponent of a half, read as that of a
 * float32, is 112 too small.
 */
export function float16ToFloat32(halves: usize, floats: usize, count: usize): void {
  const end = floats + (count << 2)
  const vectorsEnd = floats + ((count & ~3) << 2)
  const signs = i32x4.splat(0x8000)
  const magnitudes = i32x4.splat(0x7fff)
  const exponents = f32x4.splat(EXPONENTS)
  let from = halves
  let to = floats
  for (; to < vectorsEnd; to += VECTOR) {
    const words = v128.load_ext<u16>(from)
    const sizes = f32x4.mul(i32x4.shl(v128.and(words, magnitudes), 13), exponents)
    v128.store(to, v128.or(sizes, i32x4.shl(v128.and(words, signs), 16)))
    from += 8
  }
  for (; to < end; to += 4) {
    const word = <u32>load<u16>(from)
    const size = reinterpret<f32>((word & 0x7fff) << 13) * EXPONENTS
    store<u32>(to, reinterpret<u32>(size) | ((word & 0x8000) << 16))
    from += 2
  }
}

/** 2¹¹² */
const EXPONENTS: f32 = 5.192296858534828e33

/** The absmax of each column of a matrix: max |x|. */
export function columnAbsmax(floats: usize, rows: usize, columns: usize, absmax: usize): void {
  memory.fill(absmax, 0, columns << 2)
  const vectorsEnd = absmax + ((columns & ~3) << 2)
  const end = absmax + (columns << 2)
  let at = floats
  for (let row: usize = 0; row < rows; row++) {
    let size = absmax
    for (; size < vectorsEnd; size += VECTOR, at += VECTOR) {
      v128.store(size, f32x4.max(v128.load(size), f32x4.abs(v128.load(at))))
    }
    for (; size < end; size += 4, at += 4) {
      store<f32>(size, max<f32>(load<f32>(size), abs<f32>(load<f32>(at))))
    }
  }
}

/**
 * A matrix whose columns are multiplied by factors, quantized: each row by a scale of its own, so that
 * its largest value becomes ±127. A row of zeros has the scale 1.
 */
export function quantizeRows(
  floats: usize,
  factors: usize,
  rows: usize,
  columns: usize,
  scales: usize,
  quantized: usize,
): void {
  const width = columns << 2
  const vectorsEnd = (columns & ~15) << 2
  let at = floats
  let to = quantized
  for (let row: usize = 0; row < rows; row++) {
    const largest = largestSize(at, factors, columns)
    const scale: f32 = largest > 0 ? largest / LARGEST : 1
    store<f32>(scales + (row << 2), scale)
    const steps: f32 = 1 / scale
    const vectorSteps = f32x4.splat(steps)
    let i: usize = 0
    for (; i < vectorsEnd; i += 4 * VECTOR) {
      const a = quantizeFour(at + i, factors + i, vectorSteps)
      const b = quantizeFour(at + i + VECTOR, factors + i + VECTOR, vectorSteps)
      const c = quantizeFour(at + i + 2 * VECTOR, factors + i + 2 * VECTOR, vectorSteps)
      const d = quantizeFour(at + i + 3 * VECTOR, factors + i + 3 * VECTOR, vectorSteps)
      const low = i16x8.narrow_i32x4_s(a, b)
      v128.store(to, i8x16.narrow_i16x8_s(low, i16x8.narrow_i32x4_s(c, d)))
      to += VECTOR
    }
    for (; i < width; i += 4) {
      const value = load<f32>(at + i) * load<f32>(factors + i) * steps
      store<i8>(to, <i8>(<i32>nearest<f32>(value)))
      to += 1
    }
    at += width
  }
}

function largestSize(floats: usize, factors: usize, columns: usize): f32 {
  const width = columns << 2
  const vectorsEnd = (columns & ~3) << 2
  let sizes = f32x4.splat(0)
  let i: usize = 0
  for (; i < vectorsEnd; i += VECTOR) {
    const scaled = f32x4.mul(v128.load(floats + i), v128.load(factors + i))
    sizes = f32x4.max(sizes, f32x4.abs(scaled))
  }
  let largest = max<f32>(
    max<f32>(f32x4.extract_lane(sizes, 0), f32x4.extract_lane(sizes, 1)),
    max<f32>(f32x4.extract_lane(sizes, 2), f32x4.extract_lane(sizes, 3)),
  )
  for (; i < width; i += 4) {
    largest = max<f32>(largest, abs<f32>(load<f32>(floats + i) * load<f32>(factors + i)))
  }
  return largest
}

function quantizeFour(floats: usize, factors: usize, steps: v128): v128 {
  const scaled = f32x4.mul(f32x4.mul(v128.load(floats), v128.load(factors)), steps)
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(scaled))
}

/** Rows that are transposed together: columns far apart would each be fetched for one byte. */
const BLOCK: usize = 32

/** A matrix of bytes [rows,columns] transposed: [columns,rows]. */
export function transpose(bytes: usize, rows: usize, columns: usize, transposed: usize): void {
  for (let first: usize = 0; first < rows; first += BLOCK) {
    const last = min<usize>(rows, first + BLOCK)
    for (let column: usize = 0; column < columns; column++) {
      let from = bytes + first * columns + column
      const end = transposed + column * rows + last
      for (let to = transposed + column * rows + first; to < end; to++) {
        store<u8>(to, load<u8>(from))
        from += columns
      }
    }
  }
}

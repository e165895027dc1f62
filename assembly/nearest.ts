// The numeric loops of exact search, in AssemblyScript, compiled to WebAssembly with 128-bit vectors.
// `npm run generate` writes src/search/exact/generated/kernels.ts from it.
//
// Pointers are byte offsets into the imported memory, at multiples of 16; a row takes `width` bytes,
// a multiple of 16, filled up with zeros. Every kernel writes one float32 for each row to `scores`.

const VECTOR: usize = 16

/** Inner products of float32 rows with a query. Four rows at once: memory gives streams faster. */
export function dotFloat32(
  query: usize,
  rows: usize,
  count: u32,
  width: usize,
  scores: usize,
): void {
  const quads = count & ~3
  let row: u32 = 0
  let at = rows
  for (; row < quads; row += 4) {
    let a = f32x4.splat(0)
    let b = f32x4.splat(0)
    let c = f32x4.splat(0)
    let d = f32x4.splat(0)
    const second = at + width
    const third = second + width
    const fourth = third + width
    for (let i: usize = 0; i < width; i += VECTOR) {
      const q = v128.load(query + i)
      a = f32x4.add(a, f32x4.mul(q, v128.load(at + i)))
      b = f32x4.add(b, f32x4.mul(q, v128.load(second + i)))
      c = f32x4.add(c, f32x4.mul(q, v128.load(third + i)))
      d = f32x4.add(d, f32x4.mul(q, v128.load(fourth + i)))
    }
    const target = scores + ((<usize>row) << 2)
    store<f32>(target, sumFloat32(a))
    store<f32>(target, sumFloat32(b), 4)
    store<f32>(target, sumFloat32(c), 8)
    store<f32>(target, sumFloat32(d), 12)
    at = fourth + width
  }
  for (; row < count; row++) {
    let a = f32x4.splat(0)
    for (let i: usize = 0; i < width; i += VECTOR) {
      a = f32x4.add(a, f32x4.mul(v128.load(query + i), v128.load(at + i)))
    }
    store<f32>(scores + ((<usize>row) << 2), sumFloat32(a))
    at += width
  }
}

function sumFloat32(lanes: v128): f32 {
  return (
    f32x4.extract_lane(lanes, 0) +
    f32x4.extract_lane(lanes, 1) +
    (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3))
  )
}

/**
 * offset + scale times the inner products of int8 rows with a query of int16, which takes twice the
 * width. The caller keeps the sums below 2³¹.
 */
export function dotInt8(
  query: usize,
  rows: usize,
  count: u32,
  width: usize,
  scores: usize,
  scale: f32,
  offset: f32,
): void {
  const pairs = count & ~1
  let row: u32 = 0
  let at = rows
  for (; row < pairs; row += 2) {
    let a = i32x4.splat(0)
    let b = i32x4.splat(0)
    const second = at + width
    let q = query
    for (let i: usize = 0; i < width; i += VECTOR) {
      const low = v128.load(q)
      const high = v128.load(q, VECTOR)
      const x = v128.load(at + i)
      const y = v128.load(second + i)
      a = i32x4.add(a, i32x4.dot_i16x8_s(low, i16x8.extend_low_i8x16_s(x)))
      a = i32x4.add(a, i32x4.dot_i16x8_s(high, i16x8.extend_high_i8x16_s(x)))
      b = i32x4.add(b, i32x4.dot_i16x8_s(low, i16x8.extend_low_i8x16_s(y)))
      b = i32x4.add(b, i32x4.dot_i16x8_s(high, i16x8.extend_high_i8x16_s(y)))
      q += 2 * VECTOR
    }
    const target = scores + ((<usize>row) << 2)
    store<f32>(target, <f32>sumInt32(a) * scale + offset)
    store<f32>(target, <f32>sumInt32(b) * scale + offset, 4)
    at = second + width
  }
  for (; row < count; row++) {
    let a = i32x4.splat(0)
    let q = query
    for (let i: usize = 0; i < width; i += VECTOR) {
      const x = v128.load(at + i)
      a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(q), i16x8.extend_low_i8x16_s(x)))
      a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(q, VECTOR), i16x8.extend_high_i8x16_s(x)))
      q += 2 * VECTOR
    }
    store<f32>(scores + ((<usize>row) << 2), <f32>sumInt32(a) * scale + offset)
    at += width
  }
}

function sumInt32(lanes: v128): i32 {
  return (
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    (i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3))
  )
}

/** Minus the number of bits in which rows of bits differ from a query: the Hamming distance. */
export function hamming(query: usize, rows: usize, count: u32, width: usize, scores: usize): void {
  let at = rows
  for (let row: u32 = 0; row < count; row++) {
    let sum = i16x8.splat(0)
    for (let i: usize = 0; i < width; i += VECTOR) {
      const unlike = v128.xor(v128.load(query + i), v128.load(at + i))
      sum = i16x8.add(sum, i16x8.extadd_pairwise_i8x16_u(i8x16.popcnt(unlike)))
    }
    store<f32>(scores + ((<usize>row) << 2), -(<f32>sumInt32(i32x4.extadd_pairwise_i16x8_s(sum))))
    at += width
  }
}

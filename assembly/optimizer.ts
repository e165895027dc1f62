// The numeric loops of the optimizer, in AssemblyScript: TypeScript's syntax, compiled to WebAssembly
// with 128-bit vectors. `npm run generate` writes src/train/optimizer/generated/kernels.ts from it.
//
// Pointers are byte offsets into the imported memory; `count` counts elements. Vector lanes and the
// scalar tails do the same operations in the same order, so a result does not depend on where a
// range begins or ends.

const VECTOR: usize = 16

/**
 * Moments smaller than these become 0: they no longer move a parameter, and left alone they would
 * end as denormal numbers, which slow the processor down tenfold and more. The moments of words not
 * seen for a thousand steps get there.
 */
const SMALLEST_FIRST: f32 = 1e-30
const SMALLEST_SECOND: f32 = 1e-36

/** One AdamW update over a range; see src/train/optimizer/adamw.ts for the formula. */
export function adamw(
  parameter: usize,
  gradient: usize,
  first: usize,
  second: usize,
  count: usize,
  gradientScale: f32,
  decay: f32,
  firstRate: f32,
  secondKeep: f32,
  secondRate: f32,
  secondRoot: f32,
  eps: f32,
  negativeStep: f32,
): void {
  const gradientScales = f32x4.splat(gradientScale)
  const decays = f32x4.splat(decay)
  const firstRates = f32x4.splat(firstRate)
  const secondKeeps = f32x4.splat(secondKeep)
  const secondRates = f32x4.splat(secondRate)
  const secondRoots = f32x4.splat(secondRoot)
  const epsilons = f32x4.splat(eps)
  const negativeSteps = f32x4.splat(negativeStep)
  const smallestFirsts = f32x4.splat(SMALLEST_FIRST)
  const smallestSeconds = f32x4.splat(SMALLEST_SECOND)

  const end = count << 2
  const vectorsEnd = (count & ~3) << 2
  let at: usize = 0
  for (; at < vectorsEnd; at += VECTOR) {
    const g = f32x4.mul(v128.load(gradient + at), gradientScales)
    const mOld = v128.load(first + at)
    const mNew = f32x4.add(mOld, f32x4.mul(firstRates, f32x4.sub(g, mOld)))
    const vNew = f32x4.add(
      f32x4.mul(v128.load(second + at), secondKeeps),
      f32x4.mul(f32x4.mul(secondRates, g), g),
    )
    const m = v128.and(mNew, f32x4.ge(f32x4.abs(mNew), smallestFirsts))
    const v = v128.and(vNew, f32x4.ge(vNew, smallestSeconds))
    const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(v), secondRoots), epsilons)
    const change = f32x4.div(f32x4.mul(negativeSteps, m), denominator)
    v128.store(first + at, m)
    v128.store(second + at, v)
    v128.store(parameter + at, f32x4.add(f32x4.mul(v128.load(parameter + at), decays), change))
  }
  for (; at < end; at += 4) {
    const g = load<f32>(gradient + at) * gradientScale
    const mOld = load<f32>(first + at)
    const mNew = mOld + firstRate * (g - mOld)
    const vNew = load<f32>(second + at) * secondKeep + secondRate * g * g
    const m: f32 = abs<f32>(mNew) >= SMALLEST_FIRST ? mNew : 0
    const v: f32 = vNew >= SMALLEST_SECOND ? vNew : 0
    const change = (negativeStep * m) / (sqrt<f32>(v) * secondRoot + eps)
    store<f32>(first + at, m)
    store<f32>(second + at, v)
    store<f32>(parameter + at, load<f32>(parameter + at) * decay + change)
  }
}

/**
 * The sum of squares of a range, added up in float64. It is finite exactly when every number is:
 * the square of the largest float32 is far from the largest float64. The quarters of the range are
 * read side by side: memory gives four streams faster than one.
 */
export function sumOfSquares(values: usize, count: usize): f64 {
  let a = f64x2.splat(0)
  let b = f64x2.splat(0)
  let c = f64x2.splat(0)
  let d = f64x2.splat(0)
  const end = count << 2
  const quarter = (count >> 3) << 3
  let at: usize = 0
  for (; at < quarter; at += 8) {
    const x0 = f64x2.promote_low_f32x4(v128.load64_zero(values + at))
    const x1 = f64x2.promote_low_f32x4(v128.load64_zero(values + quarter + at))
    const x2 = f64x2.promote_low_f32x4(v128.load64_zero(values + 2 * quarter + at))
    const x3 = f64x2.promote_low_f32x4(v128.load64_zero(values + 3 * quarter + at))
    a = f64x2.add(a, f64x2.mul(x0, x0))
    b = f64x2.add(b, f64x2.mul(x1, x1))
    c = f64x2.add(c, f64x2.mul(x2, x2))
    d = f64x2.add(d, f64x2.mul(x3, x3))
  }
  const lanes = f64x2.add(f64x2.add(a, b), f64x2.add(c, d))
  let sum = f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1)
  for (at = 4 * quarter; at < end; at += 4) {
    const x = <f64>load<f32>(values + at)
    sum += x * x
  }
  return sum
}

/** target += source */
export function add(target: usize, source: usize, count: usize): void {
  const end = count << 2
  const vectorsEnd = (count & ~3) << 2
  let at: usize = 0
  for (; at < vectorsEnd; at += VECTOR) {
    v128.store(target + at, f32x4.add(v128.load(target + at), v128.load(source + at)))
  }
  for (; at < end; at += 4) {
    store<f32>(target + at, load<f32>(target + at) + load<f32>(source + at))
  }
}

/** target *= factor */
export function scale(target: usize, count: usize, factor: f32): void {
  const factors = f32x4.splat(factor)
  const end = count << 2
  const vectorsEnd = (count & ~3) << 2
  let at: usize = 0
  for (; at < vectorsEnd; at += VECTOR) {
    v128.store(target + at, f32x4.mul(v128.load(target + at), factors))
  }
  for (; at < end; at += 4) store<f32>(target + at, load<f32>(target + at) * factor)
}

/** average += rate * (source - average) */
export function moveTowards(average: usize, source: usize, count: usize, rate: f32): void {
  const rates = f32x4.splat(rate)
  const end = count << 2
  const vectorsEnd = (count & ~3) << 2
  let at: usize = 0
  for (; at < vectorsEnd; at += VECTOR) {
    const old = v128.load(average + at)
    const change = f32x4.mul(rates, f32x4.sub(v128.load(source + at), old))
    v128.store(average + at, f32x4.add(old, change))
  }
  for (; at < end; at += 4) {
    const old = load<f32>(average + at)
    store<f32>(average + at, old + rate * (load<f32>(source + at) - old))
  }
}

/**
 * Writes `groups` of 32 bytes: 0 (dropped) with probability threshold / 65536, else 1 (kept).
 *
 * Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") at counters
 * (block, step, site, 0), four blocks side by side, one in each lane. Group g holds blocks 4g to
 * 4g+3; of its 32 bytes, number r is made of half r & 1 of word r >> 3 of block (r & 7) >> 1.
 */
export function dropout(
  target: usize,
  groups: u32,
  firstGroup: u32,
  step: u32,
  site: u32,
  seedLow: u32,
  seedHigh: u32,
  threshold: u32,
): void {
  const one = i8x16.splat(1)
  const thresholds = i16x8.splat(<i16>threshold)
  const multiplier0 = i32x4.splat(0xd2511f53)
  const multiplier1 = i32x4.splat(0xcd9e8d57)
  let blocks = i32x4.add(i32x4.splat(firstGroup << 2), i32x4(0, 1, 2, 3))
  const end = target + 2 * VECTOR * <usize>groups
  for (let bytes = target; bytes < end; bytes += 2 * VECTOR) {
    let c0 = blocks
    let c1 = i32x4.splat(step)
    let c2 = i32x4.splat(site)
    let c3 = i32x4.splat(0)
    let k0 = seedLow
    let k1 = seedHigh
    for (let round = 0; round < 10; round++) {
      const low0 = i64x2.extmul_low_i32x4_u(c0, multiplier0)
      const high0 = i64x2.extmul_high_i32x4_u(c0, multiplier0)
      const low1 = i64x2.extmul_low_i32x4_u(c2, multiplier1)
      const high1 = i64x2.extmul_high_i32x4_u(c2, multiplier1)
      const upper0 = v128.shuffle<i32>(low0, high0, 1, 3, 5, 7)
      const upper1 = v128.shuffle<i32>(low1, high1, 1, 3, 5, 7)
      c0 = v128.xor(v128.xor(upper1, c1), i32x4.splat(k0))
      c2 = v128.xor(v128.xor(upper0, c3), i32x4.splat(k1))
      c1 = v128.shuffle<i32>(low1, high1, 0, 2, 4, 6)
      c3 = v128.shuffle<i32>(low0, high0, 0, 2, 4, 6)
      k0 += 0x9e3779b9
      k1 += 0xbb67ae85
    }
    const kept01 = i8x16.narrow_i16x8_s(i16x8.ge_u(c0, thresholds), i16x8.ge_u(c1, thresholds))
    const kept23 = i8x16.narrow_i16x8_s(i16x8.ge_u(c2, thresholds), i16x8.ge_u(c3, thresholds))
    v128.store(bytes, v128.and(kept01, one))
    v128.store(bytes, v128.and(kept23, one), VECTOR)
    blocks = i32x4.add(blocks, i32x4.splat(4))
  }
}

/** A place in a list of scores. */
interface Found {
  readonly index: number
  readonly score: number
}

/** The places of the `count` highest scores, highest first; of equals, the earlier first. */
export function topScores(scores: Float32Array, count: number): number[] {
  const found: Found[] = []
  let least = Number.NEGATIVE_INFINITY
  for (let index = 0; index < scores.length; index += 1) {
    const score = scores[index] as number
    if (found.length >= count && score <= least) continue
    found.splice(placeOf(score, found), 0, { index, score })
    if (found.length > count) found.pop()
    least = found.at(-1)?.score ?? least
  }
  return found.map(({ index }) => index)
}

/** Behind everything that scores at least as high: found by halving. */
function placeOf(score: number, found: readonly Found[]): number {
  let [low, high] = [0, found.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((found[middle]?.score ?? 0) >= score) low = middle + 1
    else high = middle
  }
  return low
}

import { InputError } from '../errors/index.ts'

/**
 * How many tokens of each text stay within a limit.
 *
 * @param lengths the number of tokens of the one text or the two.
 * @param specials how many special tokens are added; these always stay.
 * @throws InputError when `maxLength` is no whole number, or smaller than `specials`.
 */
export function keptLengths(
  lengths: readonly number[],
  specials: number,
  maxLength: number | undefined,
): readonly number[] {
  if (maxLength === undefined) return lengths
  if (!Number.isInteger(maxLength) || maxLength < Math.max(specials, 1)) {
    throw new InputError(
      'max-length-too-small',
      `maxLength must be a whole number of at least ${Math.max(specials, 1)}, so that the ` +
        `${specials} special tokens fit; got ${maxLength}`,
      { facts: { maxLength, specials } },
    )
  }
  const room = maxLength - specials
  const [first = 0, second] = lengths
  if (second === undefined) return [Math.min(first, room)]
  return first + second <= room ? lengths : shortenPair(first, second, room)
}

/**
 * Longest first, in one step: the shorter text stays whole while the longer has at least as much
 * left; from there both get half, the second text the odd token (the first one if it was longer).
 */
function shortenPair(first: number, second: number, room: number): readonly [number, number] {
  const shorter = Math.min(first, second)
  const isFirstLonger = first > second
  let [short, long] = [shorter, Math.max(shorter, room - shorter)]
  if (short + long > room) {
    short = Math.floor(room / 2)
    long = room - short
  }
  return isFirstLonger ? [long, short] : [short, long]
}

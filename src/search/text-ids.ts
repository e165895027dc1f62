import { createHash } from 'node:crypto'
import { warnOnConsole } from '../options/index.ts'
import type { VectorStore } from './vector-store.ts'

/** The id of a text without one: 128 bits of SHA-256. Two of 10¹² texts share one with a chance below 10⁻¹⁴. */
export function textId(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** Records that are looked at. */
const SAMPLE = 20

/**
 * Warns where texts that a store has would be added once more: they have ids of their own and are to
 * get none, or the other way round, as far as a few records tell.
 * @param hasIds whether the texts to be added have ids of their own
 * @param warn default: prints to stderr
 */
export async function warnOfIdConflict(
  store: VectorStore,
  hasIds: boolean,
  warn: (message: string) => void = warnOnConsole,
): Promise<void> {
  const sample = await store.getTexts(await firstIds(store))
  const named = sample.find(({ id, text }) => id !== textId(text))
  if (sample.length === 0 || hasIds === (named !== undefined)) return
  const [stored, added] = named
    ? [`ids of their own (such as ${JSON.stringify(named.id)})`, 'without ids']
    : ['no ids of their own, but hashes', 'with ids']
  warn(
    `the texts of the store have ${stored}: added ${added}, texts that are there already will be ` +
      'there twice',
  )
}

async function firstIds(store: VectorStore): Promise<readonly string[]> {
  for await (const ids of store.ids()) return ids.slice(0, SAMPLE)
  return []
}

/**
 * Many ids in 8 bytes each, by 53 bits of their SHA-256: among 10⁷ ids, one that was not added is taken
 * for one that was with a chance of 10⁻⁹.
 */
export class IdSet {
  #hashes = new Float64Array(1024)
  #count = 0
  #isSorted = true

  add(id: string): void {
    if (this.#count === this.#hashes.length) {
      const longer = new Float64Array(2 * this.#count)
      longer.set(this.#hashes)
      this.#hashes = longer
    }
    this.#hashes[this.#count] = hashOf(id)
    this.#count += 1
    this.#isSorted = false
  }

  has(id: string): boolean {
    const hashes = this.#hashes.subarray(0, this.#count)
    if (!this.#isSorted) hashes.sort()
    this.#isSorted = true
    const hash = hashOf(id)
    let [low, high] = [0, hashes.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((hashes[middle] ?? 0) < hash) low = middle + 1
      else high = middle
    }
    return hashes[low] === hash
  }
}

/** A whole number of 53 bits. */
function hashOf(id: string): number {
  const digest = createHash('sha256').update(id).digest()
  return digest.readUInt32BE(0) * 2 ** 21 + (digest.readUInt32BE(4) >>> 11)
}

import { CheckpointError } from '../../errors/index.ts'
import { type Merge, MergeQueue } from './merge-queue.ts'
import { MergeRanks, NO_RANK } from './merge-ranks.ts'
import { byteIds, idLimitOf, type TokenizerModel, tokensById } from './model.ts'

export interface BpeOptions {
  readonly unknownToken: string | undefined
  /** What tokens that go on inside a word begin with. */
  readonly continuationPrefix: string
  /** What tokens that end a word end with. */
  readonly endSuffix: string
  /** Whether unknown characters in a row become one unknown token. */
  readonly fuseUnknown: boolean
  readonly byteFallback: boolean
  /** Whether a word that is a token is taken as it is, without merging. */
  readonly ignoreMerges: boolean
}

/** The symbols of a word while they are merged: a linked list over arrays. */
interface Symbols {
  readonly ids: number[]
  readonly next: number[]
  readonly previous: number[]
}

/**
 * Byte-pair encoding: characters, merged pair by pair, the pair learnt earliest first.
 *
 * Source: Sennrich et al. 2016 (arXiv 1508.07909), as the `tokenizers` library runs it.
 */
export class Bpe implements TokenizerModel {
  readonly size: number
  readonly idLimit: number
  #tokens: ReadonlyMap<number, string> | undefined
  readonly #ids: ReadonlyMap<string, number>
  readonly #ranks: MergeRanks
  readonly #merged: number[] = []
  readonly #options: BpeOptions

  constructor(
    ids: ReadonlyMap<string, number>,
    merges: readonly (readonly [string, string])[],
    options: BpeOptions,
  ) {
    this.size = ids.size
    this.idLimit = idLimitOf(ids)
    this.#ids = ids
    this.#options = options
    this.#ranks = new MergeRanks(merges.length)
    for (const [rank, [left, right]] of merges.entries()) {
      const merged = left + right.slice(options.continuationPrefix.length)
      this.#ranks.set(this.#require(left), this.#require(right), rank)
      this.#merged.push(this.#require(merged))
    }
  }

  get tokens(): ReadonlyMap<number, string> {
    this.#tokens ??= tokensById(this.#ids)
    return this.#tokens
  }

  idOf(token: string): number | undefined {
    return this.#ids.get(token)
  }

  encode(word: string, ids: number[]): void {
    const whole = this.#options.ignoreMerges ? this.#ids.get(word) : undefined
    if (whole !== undefined) ids.push(whole)
    else this.#merge(this.#characters(word), ids)
  }

  #characters(word: string): number[] {
    const { continuationPrefix, endSuffix, byteFallback, unknownToken, fuseUnknown } = this.#options
    const ids: number[] = []
    let isUnknownBefore = false
    for (let start = 0, end = 0; start < word.length; start = end) {
      end = start + ((word.charCodeAt(start) & 0xfc00) === 0xd800 ? 2 : 1)
      const prefix = start === 0 ? '' : continuationPrefix
      const token = prefix + word.slice(start, end) + (end === word.length ? endSuffix : '')
      const id = this.#ids.get(token)
      if (id !== undefined) {
        ids.push(id)
        isUnknownBefore = false
        continue
      }
      const known = byteFallback && byteIds(token, (byte) => this.#ids.get(byte))
      if (known) ids.push(...known)
      else if (unknownToken !== undefined && !(fuseUnknown && isUnknownBefore)) {
        ids.push(this.#require(unknownToken))
      }
      isUnknownBefore = !known
    }
    return ids
  }

  #merge(ids: number[], out: number[]): void {
    const symbols: Symbols = {
      ids,
      next: ids.map((_, index) => (index + 1 < ids.length ? index + 1 : -1)),
      previous: ids.map((_, index) => index - 1),
    }
    const queue = new MergeQueue()
    for (let index = 0; index + 1 < ids.length; index++) this.#offer(symbols, index, queue)
    for (let merge = queue.pop(); merge; merge = queue.pop()) this.#apply(symbols, merge, queue)
    for (let index = 0; index >= 0 && index < ids.length; index = symbols.next[index] ?? -1) {
      out.push(ids[index] ?? 0)
    }
  }

  #rankAt({ ids, next }: Symbols, position: number): number {
    const right = next[position] ?? -1
    if (position < 0 || right < 0) return NO_RANK
    return this.#ranks.get(ids[position] ?? 0, ids[right] ?? 0)
  }

  #offer(symbols: Symbols, position: number, queue: MergeQueue): void {
    const rank = this.#rankAt(symbols, position)
    if (rank !== NO_RANK) queue.push({ rank, position })
  }

  #apply(symbols: Symbols, { rank, position }: Merge, queue: MergeQueue): void {
    const { ids, next, previous } = symbols
    // The pair may have changed since it was offered; a symbol merged away is marked -1.
    const rankNow = ids[position] === -1 ? NO_RANK : this.#rankAt(symbols, position)
    const id = this.#merged[rank] ?? -1
    if (rankNow === NO_RANK || this.#merged[rankNow] !== id) return
    const right = next[position] ?? -1
    const after = next[right] ?? -1
    ids[position] = id
    ids[right] = -1
    next[position] = after
    if (after >= 0) previous[after] = position
    this.#offer(symbols, previous[position] ?? -1, queue)
    this.#offer(symbols, position, queue)
  }

  #require(token: string): number {
    const id = this.#ids.get(token)
    if (id !== undefined) return id
    throw new CheckpointError(
      'tokenizer-token-missing',
      `The BPE vocabulary lacks the token ${JSON.stringify(token)} that its merges or options name`,
      { facts: { token } },
    )
  }
}

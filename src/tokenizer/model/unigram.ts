import { CheckpointError } from '../../errors/index.ts'
import { Trie } from '../text/trie.ts'
import { byteIds, type TokenizerModel } from './model.ts'

/** How much worse than the worst token an unknown character is. */
const UNKNOWN_PENALTY = 10
/** Work arrays for longer words are not kept. */
const KEPT_LENGTH = 0x10000

export interface UnigramOptions {
  /** The id of the token that stands for unknown characters; none: unknown is an error. */
  readonly unknownId: number | undefined
  /** Spell unknown characters as byte tokens (`<0xE4>`) where the vocabulary has them. */
  readonly byteFallback: boolean
}

/** The best way to reach each position of a word, in UTF-16 units. */
interface Lattice {
  readonly scores: Float64Array
  readonly starts: Int32Array
  readonly ids: Int32Array
}

/**
 * Unigram: of all ways to split a word, the one whose tokens' log-probabilities sum highest, found
 * by the Viterbi algorithm; unknown characters in a row become one unknown token.
 *
 * Source: Kudo 2018 (arXiv 1804.10959), SentencePiece's `EncodeOptimized`.
 */
export class Unigram implements TokenizerModel {
  readonly size: number
  readonly idLimit: number
  readonly #contents: readonly string[]
  #tokens: ReadonlyMap<number, string> | undefined
  readonly #scores: Float64Array
  readonly #unknownScore: number
  readonly #unknownId: number
  readonly #byteFallback: boolean
  readonly #trie = new Trie()
  #kept = createLattice(256)

  constructor(tokens: readonly string[], scores: Float64Array, options: UnigramOptions) {
    this.#contents = tokens
    this.size = tokens.length
    this.idLimit = tokens.length
    this.#scores = scores
    const worst = scores.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
    this.#unknownScore = worst - UNKNOWN_PENALTY
    this.#unknownId = options.unknownId ?? Trie.absent
    this.#byteFallback = options.byteFallback
    for (const [id, token] of tokens.entries()) {
      if (token !== '') this.#trie.set(token, id)
    }
  }

  get tokens(): ReadonlyMap<number, string> {
    this.#tokens ??= new Map(this.#contents.entries())
    return this.#tokens
  }

  idOf(token: string): number | undefined {
    const id = this.#trie.get(token)
    return id === Trie.absent ? undefined : id
  }

  encode(word: string, ids: number[]): void {
    const lattice = this.#latticeFor(word.length)
    this.#search(word, lattice)
    this.#backtrack(word, lattice, ids)
  }

  #search(word: string, { scores, starts, ids }: Lattice): void {
    const trie = this.#trie
    const length = word.length
    starts.fill(-1, 0, length + 1)
    scores[0] = 0
    let width = 1
    for (let start = 0; start < length; start += width) {
      const scoreHere = scores[start] ?? 0
      width = (word.charCodeAt(start) & 0xfc00) === 0xd800 ? 2 : 1
      let node: number = Trie.root
      let isCharacterKnown = false
      for (let end = start + 1; end <= length; end++) {
        node = trie.child(node, word.charCodeAt(end - 1))
        if (node === Trie.absent) break
        const id = trie.value(node)
        if (id === Trie.absent) continue
        if (end - start === width) isCharacterKnown = true
        const score = (this.#scores[id] ?? 0) + scoreHere
        if (starts[end] !== -1 && score <= (scores[end] ?? 0)) continue
        scores[end] = score
        starts[end] = start
        ids[end] = id
      }
      if (isCharacterKnown) continue
      const end = start + width
      const score = this.#unknownScore + scoreHere
      if (starts[end] !== -1 && score <= (scores[end] ?? 0)) continue
      scores[end] = score
      starts[end] = start
      ids[end] = this.#unknownId
    }
  }

  #backtrack(word: string, { starts, ids }: Lattice, out: number[]): void {
    const first = out.length
    let end = word.length
    while (end > 0) {
      const id = ids[end] ?? Trie.absent
      let start = starts[end] ?? 0
      if (id === this.#unknownId) {
        while (start > 0 && ids[start] === id) start = starts[start] ?? 0
        for (const unknown of this.#unknown(word.slice(start, end)).reverse()) out.push(unknown)
      } else {
        out.push(id)
      }
      end = start
    }
    reverseFrom(out, first)
  }

  #unknown(text: string): number[] {
    const whole = this.#trie.get(text)
    if (whole !== Trie.absent) return [whole]
    const bytes = this.#byteFallback ? byteIds(text, (token) => this.idOf(token)) : undefined
    if (bytes) return bytes
    if (this.#unknownId !== Trie.absent) return [this.#unknownId]
    throw new CheckpointError(
      'tokenizer-token-missing',
      `The vocabulary has no token for ${JSON.stringify(text.slice(0, 20))} and no unknown token`,
      { facts: { text: text.slice(0, 20) } },
    )
  }

  #latticeFor(length: number): Lattice {
    if (length < this.#kept.ids.length) return this.#kept
    const lattice = createLattice(2 * length + 1)
    if (length <= KEPT_LENGTH) this.#kept = lattice
    return lattice
  }
}

function createLattice(size: number): Lattice {
  return {
    scores: new Float64Array(size),
    starts: new Int32Array(size),
    ids: new Int32Array(size),
  }
}

function reverseFrom(values: number[], first: number): void {
  for (let low = first, high = values.length - 1; low < high; low++, high--) {
    const value = values[low] ?? 0
    values[low] = values[high] ?? 0
    values[high] = value
  }
}

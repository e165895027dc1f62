import { Turns, wordGroups } from '../segment-words.ts'
import type { StoredText } from '../vector-store.ts'

/** Parameters of BM25+: how soon more of a word stops to count, how much length does, the least of a word. */
const [K, B, D] = [1.2, 0.7, 0.5]

interface WordMatch {
  score: number
  words: number
}

/** Finds texts by their words, in turns with the program's other work. */
export class WordIndex {
  /** How often the texts that have a word have it. */
  readonly #counts = new Map<string, Map<string, number>>()
  /** The different words of each text. */
  readonly #words = new Map<string, readonly string[]>()
  /** Different words of all texts together. */
  #size = 0

  /** Takes texts in; they replace those of the same id. */
  async put(texts: readonly Pick<StoredText, 'id' | 'text'>[]): Promise<void> {
    const turns = new Turns()
    for (const { id, text } of texts) {
      this.discard(id)
      const different: string[] = []
      for (const words of wordGroups(text)) {
        different.push(...words.filter((word) => this.#add(word, id)))
        await turns.share()
      }
      this.#words.set(id, different)
      this.#size += different.length
    }
  }

  discard(id: string): void {
    const words = this.#words.get(id) ?? []
    for (const word of words) {
      const counts = this.#counts.get(word)
      counts?.delete(id)
      if (counts?.size === 0) this.#counts.delete(word)
    }
    this.#words.delete(id)
    this.#size -= words.length
  }

  /**
   * Ids of texts that have some of the words, the best first: by BM25+ (Lv and Zhai 2011), times how
   * many of the different words a text has. A word that stands in the query twice counts twice.
   */
  async search(
    words: readonly string[],
  ): Promise<{ readonly id: string; readonly score: number }[]> {
    const turns = new Turns()
    const wanted = new Map<string, number>()
    for (const word of words) wanted.set(word, (wanted.get(word) ?? 0) + 1)
    const found = new Map<string, WordMatch>()
    for (const [word, times] of wanted) {
      this.#score(word, times, found)
      await turns.share()
    }
    const scored = Array.from(found, ([id, text]) => ({ id, score: text.score * text.words }))
    return scored.sort((a, b) => b.score - a.score)
  }

  /** Counts a word of a text; whether it is the first of its kind. */
  #add(word: string, id: string): boolean {
    const counts = this.#counts.get(word) ?? new Map<string, number>()
    if (counts.size === 0) this.#counts.set(word, counts)
    const before = counts.get(id) ?? 0
    counts.set(id, before + 1)
    return before === 0
  }

  #score(word: string, times: number, found: Map<string, WordMatch>): void {
    const counts = this.#counts.get(word) ?? new Map<string, number>()
    const rarity = Math.log(1 + (this.#words.size - counts.size + 0.5) / (counts.size + 0.5))
    const usual = this.#size / this.#words.size
    for (const [id, count] of counts) {
      const length = (this.#words.get(id)?.length ?? 0) / usual
      const weight = D + (count * (K + 1)) / (count + K * (1 - B + B * length))
      const text = found.get(id) ?? { score: 0, words: 0 }
      text.score += times * rarity * weight
      text.words += 1
      found.set(id, text)
    }
  }
}

import { CheckpointError } from '../../errors/index.ts'
import { Trie } from '../text/trie.ts'
import { idLimitOf, type TokenizerModel, tokensById } from './model.ts'

export interface WordPieceOptions {
  readonly unknownToken: string
  /** What vocabulary entries that go on inside a word begin with, `##` as a rule. */
  readonly continuationPrefix: string
  /** A word of more characters (code points) becomes one unknown token. */
  readonly maxWordLength: number
}

export const WORDPIECE_DEFAULTS: WordPieceOptions = {
  unknownToken: '[UNK]',
  continuationPrefix: '##',
  maxWordLength: 100,
}

/**
 * WordPiece: from the left, the longest token that fits; a word that cannot be covered whole
 * becomes one unknown token. `unable` → `un`, `##able`.
 *
 * Source: Devlin et al. 2018 (google-research/bert, WordpieceTokenizer).
 */
export class WordPiece implements TokenizerModel {
  readonly size: number
  readonly idLimit: number
  readonly #ids: ReadonlyMap<string, number>
  #tokens: ReadonlyMap<number, string> | undefined
  readonly #trie = new Trie()
  readonly #continuation: number
  readonly #unknownId: number
  readonly #maxWordLength: number

  constructor(ids: ReadonlyMap<string, number>, options: WordPieceOptions) {
    this.size = ids.size
    this.idLimit = idLimitOf(ids)
    this.#ids = ids
    for (const [token, id] of ids) if (token !== '') this.#trie.set(token, id)
    this.#continuation = this.#trie.walk(options.continuationPrefix)
    this.#unknownId = this.#trie.get(options.unknownToken)
    this.#maxWordLength = options.maxWordLength
    if (this.#unknownId !== Trie.absent) return
    throw new CheckpointError(
      'tokenizer-token-missing',
      `The vocabulary lacks the token ${options.unknownToken} that unknown words become`,
      { facts: { token: options.unknownToken } },
    )
  }

  get tokens(): ReadonlyMap<number, string> {
    this.#tokens ??= tokensById(this.#ids)
    return this.#tokens
  }

  idOf(token: string): number | undefined {
    return token === '' ? undefined : this.#ids.get(token)
  }

  encode(word: string, ids: number[]): void {
    const before = ids.length
    if (!this.#isTooLong(word) && this.#encodeWhole(word, ids)) return
    ids.length = before
    ids.push(this.#unknownId)
  }

  #encodeWhole(word: string, ids: number[]): boolean {
    const trie = this.#trie
    let node: number = Trie.root
    for (let start = 0; start < word.length; node = this.#continuation) {
      let id: number = Trie.absent
      let end = start
      for (let index = start; index < word.length && node !== Trie.absent; index++) {
        node = trie.child(node, word.charCodeAt(index))
        if (node === Trie.absent || trie.value(node) === Trie.absent) continue
        id = trie.value(node)
        end = index + 1
      }
      if (id === Trie.absent) return false
      ids.push(id)
      start = end
    }
    return true
  }

  #isTooLong(word: string): boolean {
    const most = this.#maxWordLength
    if (word.length <= most) return false
    return word.length > 2 * most || [...word].length > most
  }
}

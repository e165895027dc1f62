import { tooLarge } from '../limits.ts'

const ROOT = 0
const ABSENT = -1
const UNITS = 0x10000
/** How far a text is looked ahead at each of its positions; words are 100 characters at most. */
const LONGEST = 1024
/** Twice what half a million tokens take; some 300 MB while the tables grow. */
const MOST_NODES = 4_000_000

/**
 * Strings with a value each, a number of 0 or more, walked one UTF-16 unit at a time.
 *
 * The edges lie in one open-addressing hash table keyed by (node, unit), so that a large vocabulary
 * is built in milliseconds and walked without a string or an object being made; the edges of the
 * root, by far the most walked, in a plain table.
 */
export class Trie {
  static readonly root = ROOT
  /** What `child` and `value` give where there is nothing. */
  static readonly absent = ABSENT

  readonly #first = new Int32Array(UNITS).fill(ABSENT)
  #values = new Int32Array(1024).fill(ABSENT)
  #nodes = 1
  #edges = 0
  #shift = 21
  #keys = new Float64Array(2048).fill(ABSENT)
  #children = new Int32Array(2048)

  /** Where the edge `unit` leads from `node`. */
  child(node: number, unit: number): number {
    if (node === ROOT) return this.#first[unit] ?? ABSENT
    const slot = this.#slot(node, unit)
    return this.#keys[slot] === ABSENT ? ABSENT : (this.#children[slot] ?? ABSENT)
  }

  /** The value of the string that ends at `node`. */
  value(node: number): number {
    return this.#values[node] ?? ABSENT
  }

  /** The node that the whole of `text` leads to. */
  walk(text: string, from: number = ROOT): number {
    let node = from
    for (let index = 0; index < text.length && node !== ABSENT; index++) {
      node = this.child(node, text.charCodeAt(index))
    }
    return node
  }

  get(text: string): number {
    const node = this.walk(text)
    return node === ABSENT ? ABSENT : this.value(node)
  }

  /**
   * Adds a string; one that is there already gets the new value.
   * @throws CheckpointError for strings that no vocabulary has: too long ones, or too many.
   */
  set(text: string, value: number): void {
    if (text.length > LONGEST)
      throw tooLarge('the vocabulary', `a token of ${text.length} characters`)
    let node = ROOT
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index)
      const next = this.child(node, unit)
      node = next === ABSENT ? this.#addEdge(node, unit) : next
    }
    this.#values[node] = value
  }

  #addEdge(node: number, unit: number): number {
    const child = this.#addNode()
    if (node === ROOT) {
      this.#first[unit] = child
      return child
    }
    if (++this.#edges * 2 > this.#keys.length) this.#growEdges()
    this.#putEdge(node * UNITS + unit, child)
    return child
  }

  #addNode(): number {
    if (this.#nodes === MOST_NODES) throw tooLarge('the vocabulary', 'too many characters')
    if (this.#nodes === this.#values.length) {
      const larger = new Int32Array(this.#nodes * 2).fill(ABSENT)
      larger.set(this.#values)
      this.#values = larger
    }
    return this.#nodes++
  }

  #growEdges(): void {
    const keys = this.#keys
    const children = this.#children
    this.#shift--
    this.#keys = new Float64Array(keys.length * 2).fill(ABSENT)
    this.#children = new Int32Array(keys.length * 2)
    for (const [slot, key] of keys.entries()) {
      if (key !== ABSENT) this.#putEdge(key, children[slot] ?? ABSENT)
    }
  }

  #putEdge(key: number, child: number): void {
    const slot = this.#slot(Math.floor(key / UNITS), key % UNITS)
    this.#keys[slot] = key
    this.#children[slot] = child
  }

  // The slot that holds the edge, or the empty one where it belongs.
  #slot(node: number, unit: number): number {
    const keys = this.#keys
    const key = node * UNITS + unit
    const mask = keys.length - 1
    let slot = Math.imul(Math.imul(node, 0x9e3779b1) + unit, 0x85ebca6b) >>> this.#shift
    while (keys[slot] !== key && keys[slot] !== ABSENT) slot = (slot + 1) & mask
    return slot
  }
}

import { CheckpointError } from '../../errors/index.ts'

/** The tokens of a vocabulary that stay, with the numbers they had and get. */
export class KeptTokens {
  /** Their numbers before the cut, ascending; after it they are numbered 0, 1 … in this order. */
  readonly ids: readonly number[]
  readonly #places: ReadonlyMap<number, number>

  constructor(ids: Iterable<number>) {
    this.ids = [...new Set(ids)].sort((a, b) => a - b)
    this.#places = new Map(this.ids.map((id, place) => [id, place]))
  }

  has(id: number): boolean {
    return this.#places.has(id)
  }

  /** The new id of a token, or undefined for one that is cut. */
  placeOf(id: number): number | undefined {
    return this.#places.get(id)
  }

  /**
   * The new id of a token that has to be there.
   * @throws CheckpointError when it was cut.
   */
  require(id: number): number {
    const place = this.#places.get(id)
    if (place !== undefined) return place
    throw new CheckpointError(
      'tokenizer-token-missing',
      `the tokenizer names the token ${id}, which is not in its vocabulary`,
      { facts: { id } },
    )
  }

  /** Whatever belongs to tokens that stay, in their order, with the new id of each. */
  select<Item, Result>(
    items: Iterable<Item>,
    idOf: (item: Item) => number,
    result: (item: Item, place: number) => Result,
  ): Result[] {
    return [...items].flatMap((item) => {
      const place = this.#places.get(idOf(item))
      return place === undefined ? [] : [result(item, place)]
    })
  }
}

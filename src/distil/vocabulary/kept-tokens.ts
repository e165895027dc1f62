import { CheckpointError } from '../../errors/index.ts'

/** The tokens of a vocabulary that stay, with the ids they had and get. */
export class KeptTokens {
  /** Their ids before, ascending; afterwards they are 0, 1 … in this order. */
  readonly ids: readonly number[]
  readonly #newIds: ReadonlyMap<number, number>

  constructor(ids: Iterable<number>) {
    this.ids = [...new Set(ids)].sort((a, b) => a - b)
    this.#newIds = new Map(this.ids.map((id, newId) => [id, newId]))
  }

  has(id: number): boolean {
    return this.#newIds.has(id)
  }

  /** The new id of a token, or undefined for one that is removed. */
  newId(id: number): number | undefined {
    return this.#newIds.get(id)
  }

  /**
   * The new id of a token that has to be there.
   * @throws CheckpointError when it was removed.
   */
  require(id: number): number {
    const newId = this.#newIds.get(id)
    if (newId !== undefined) return newId
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
    result: (item: Item, newId: number) => Result,
  ): Result[] {
    return [...items].flatMap((item) => {
      const newId = this.#newIds.get(idOf(item))
      return newId === undefined ? [] : [result(item, newId)]
    })
  }
}

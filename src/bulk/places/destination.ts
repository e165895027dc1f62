import type { VectorBlock } from '../../files/index.ts'

/**
 * Where a run's vectors go. Several workers may write the same shard at the same time, when one of
 * them was taken for dead: whoever commits first has written it, and nobody sees a part of it.
 */
export interface Destination {
  /**
   * Leaves the description of a run here, unless one is here already.
   * @returns the one that is here
   */
  claim(description: string): Promise<string>
  /** Whether a shard was committed. */
  has(output: string): Promise<boolean>
  /** Begins to write a shard. @throws OutputError when nothing can be written here */
  open(output: string): Promise<ShardWriter>
}

/** The vectors of one shard in the making. */
export interface ShardWriter {
  /** Adds the vectors of `texts`, one each. */
  write(block: VectorBlock, texts: readonly string[]): Promise<void>
  /** Makes the whole shard appear, unless it was committed before. @returns whether it did */
  commit(): Promise<boolean>
  /** Removes what was written; after `commit`, does nothing. */
  abort(): Promise<void>
}

/** The file a run's description is left in. */
export const DESCRIPTION_FILE = 'yuju-run.json'

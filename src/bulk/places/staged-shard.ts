import { createVectorWriter, type VectorBlock, type VectorWriter } from '../../files/index.ts'
import type { ShardWriter } from './destination.ts'

interface Staging {
  /** Brings the whole file from `path` to where it belongs; whether it was the first. */
  publish(path: string): Promise<boolean>
  /** Removes what is left over. */
  clean(): Promise<void>
}

/** A shard that is written to a file of its own, and appears when that is whole. */
export class StagedShard implements ShardWriter {
  readonly #path: string
  readonly #writer: VectorWriter
  readonly #staging: Staging

  private constructor(path: string, writer: VectorWriter, staging: Staging) {
    this.#path = path
    this.#writer = writer
    this.#staging = staging
  }

  static async create(path: string, staging: Staging): Promise<StagedShard> {
    return new StagedShard(path, await createVectorWriter(path), staging)
  }

  write(block: VectorBlock, texts: readonly string[]): Promise<void> {
    return this.#writer.write(block, texts)
  }

  async commit(): Promise<boolean> {
    await this.#writer.finish()
    const isFirst = await this.#staging.publish(this.#path)
    await this.#staging.clean()
    return isFirst
  }

  async abort(): Promise<void> {
    await this.#writer.abort()
    await this.#staging.clean()
  }
}

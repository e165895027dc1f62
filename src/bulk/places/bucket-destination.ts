import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Bucket } from './bucket.ts'
import { DESCRIPTION_FILE, type Destination, type ShardWriter } from './destination.ts'
import { StagedShard } from './staged-shard.ts'

/** A prefix of a bucket. Shards are written on the worker's own disk first. */
export class BucketDestination implements Destination {
  readonly #bucket: Bucket
  readonly #prefix: string

  constructor(bucket: Bucket, prefix: string) {
    this.#bucket = bucket
    this.#prefix = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
  }

  async claim(description: string): Promise<string> {
    const key = this.#prefix + DESCRIPTION_FILE
    const isFirst = await this.#bucket.putNew(key, description)
    return isFirst ? description : this.#bucket.text(key)
  }

  has(output: string): Promise<boolean> {
    return this.#bucket.has(this.#prefix + output)
  }

  async open(output: string): Promise<ShardWriter> {
    const folder = await mkdtemp(join(tmpdir(), 'yuju-bulk-'))
    return StagedShard.create(join(folder, basename(output)), {
      publish: (path) => this.#bucket.putNew(this.#prefix + output, { path }),
      clean: () => rm(folder, { recursive: true, force: true }),
    })
  }
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Bucket } from './bucket.ts'
import { inputPattern } from './input-pattern.ts'
import type { FoundShard, LocalFile, Source } from './source.ts'

/** Shards in a bucket: below a prefix, or those that match a pattern. */
export class BucketSource implements Source {
  readonly #bucket: Bucket
  readonly #input: string

  /** @param input prefix or pattern of keys */
  constructor(bucket: Bucket, input: string) {
    this.#bucket = bucket
    this.#input = input
  }

  async list(): Promise<FoundShard[]> {
    const { base, matches } = inputPattern(this.#input)
    const prefix = base === '' || base.endsWith('/') ? base : `${base}/`
    const objects = await this.#bucket.list(prefix)
    const found = objects
      .map(({ key, bytes }) => this.#found(key, key.slice(prefix.length), bytes))
      .filter(({ path }) => matches(path))
    if (found.length > 0) return found
    // The whole name of one object.
    const [object] = (await this.#bucket.list(base)).filter(({ key }) => key === base)
    return object ? [this.#found(base, basename(base), object.bytes)] : []
  }

  /** Parquet is read from its end, and a reader may be slow: the whole object is fetched first. */
  async localCopy(location: string): Promise<LocalFile> {
    const folder = await mkdtemp(join(tmpdir(), 'yuju-bulk-'))
    const dispose = () => rm(folder, { recursive: true, force: true })
    try {
      const path = join(folder, basename(location))
      await this.#bucket.download(location.slice(`s3://${this.#bucket.name}/`.length), path)
      return { path, [Symbol.asyncDispose]: dispose }
    } catch (error) {
      await dispose()
      throw error
    }
  }

  #found(key: string, path: string, bytes: number): FoundShard {
    return { path, location: `s3://${this.#bucket.name}/${key}`, bytes }
  }
}

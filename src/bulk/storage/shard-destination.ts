import { mkdir, mkdtemp, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import {
  createVectorWriter,
  outputError,
  publishFile,
  type VectorBlock,
  type VectorWriter,
  writeFileAtomic,
} from '../../files/index.ts'
import type { S3Bucket } from './bucket.ts'

/**
 * Where a run's vectors go. Several workers may write the same shard at the same time, when one of
 * them was taken for dead: whoever commits first has written it, and nobody sees a part of it.
 */
export interface ShardDestination {
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
interface ShardWriter {
  /** Adds the vectors of `texts`, one each. */
  write(block: VectorBlock, texts: readonly string[]): Promise<void>
  /** Makes the whole shard appear, unless it was committed before. @returns whether it did */
  commit(): Promise<boolean>
  /** Removes what was written; after `commit`, does nothing. */
  abort(): Promise<void>
}

/** The file a run's description is left in. */
const DESCRIPTION_FILE = 'yuju-run.json'

/** Where shards lie while they are written, each in a folder of its own. */
const STAGING = '.unfinished'

/** A folder that every worker can write, under the same path. */
export class FolderDestination implements ShardDestination {
  readonly #root: string

  constructor(root: string) {
    this.#root = resolve(root)
  }

  async claim(description: string): Promise<string> {
    const path = join(this.#root, DESCRIPTION_FILE)
    const whole = join(this.#root, `.${DESCRIPTION_FILE}.${crypto.randomUUID()}`)
    await makeFolder(this.#root)
    await writeFileAtomic(whole, description)
    await publishFile(whole, path)
    return readFile(path, 'utf8')
  }

  async has(output: string): Promise<boolean> {
    return (await stat(join(this.#root, output)).catch(() => undefined)) !== undefined
  }

  async open(output: string): Promise<ShardWriter> {
    const path = join(this.#root, output)
    const folder = join(this.#root, STAGING, encodeURIComponent(output))
    await makeFolder(dirname(path))
    await makeFolder(folder)
    // Each try has a file of its own: a worker that was taken for dead may still write to its.
    return StagedShard.create(join(folder, `${crypto.randomUUID()}-${basename(output)}`), {
      publish: (whole) => publishFile(whole, path),
      clean: () => this.#clean(folder, output),
    })
  }

  /** With a committed shard goes what workers that died left of it. */
  async #clean(folder: string, output: string): Promise<void> {
    if (await this.has(output)) await rm(folder, { recursive: true, force: true })
    for (const path of [folder, dirname(folder)]) await rmdir(path).catch(() => {})
  }
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw outputError(path, cause)
  })
}

/** A prefix of a bucket. Shards are written on the worker's own disk first. */
export class BucketDestination implements ShardDestination {
  readonly #bucket: S3Bucket
  readonly #prefix: string

  constructor(bucket: S3Bucket, prefix: string) {
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

interface Staging {
  /** Brings the whole file from `path` to where it belongs; whether it was the first. */
  publish(path: string): Promise<boolean>
  /** Removes what is left over. */
  clean(): Promise<void>
}

/** A shard that is written to a file of its own, and appears when that is whole. */
class StagedShard implements ShardWriter {
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

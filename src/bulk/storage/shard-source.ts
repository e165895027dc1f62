import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative, resolve, sep } from 'node:path'
import picomatch from 'picomatch'
import { inputError, TEXT_FORMATS } from '../../files/index.ts'
import type { S3Bucket } from './bucket.ts'

/** A file of texts, as it was found. */
export interface FoundShard {
  /** Relative to the source, with `/`. */
  readonly path: string
  /** A whole path on this machine, or `s3://bucket/key`. */
  readonly location: string
  readonly bytes: number
}

/** A file that lies on this machine until it is disposed of. */
interface LocalFile extends AsyncDisposable {
  readonly path: string
}

/** Where a run's texts come from. */
export interface ShardSource {
  /** Every shard there is, sorted by path. */
  list(): Promise<FoundShard[]>
  /** Brings a shard onto this machine. @throws InputError when it cannot be read */
  localCopy(location: string): Promise<LocalFile>
}

/** Which files below a folder, or below a prefix of a bucket, are shards. */
interface InputPattern {
  /** The folder or prefix, without the part that is a pattern. */
  readonly base: string
  /** @param path relative to the base, with `/` */
  matches(path: string): boolean
}

const FORMAT = new RegExp(`\\.(${TEXT_FORMATS.join('|')})(\\.gz)?$`, 'i')

/**
 * Of a pattern such as `texts/part-*.jsonl` what it matches; of a folder every file whose name
 * says a format of texts. Names that begin with `.` or `_` are other programs' own, as in Hadoop.
 */
export function inputPattern(input: string): InputPattern {
  const { base, glob, isGlob } = picomatch.scan(input)
  if (isGlob) {
    const isMatch = picomatch(glob)
    // Alone: a second argument, such as filter gives, would have it return an object.
    return { base, matches: (path) => isMatch(path) }
  }
  return { base: input, matches: (path) => FORMAT.test(path) && !/(^|\/)[._]/.test(path) }
}

/** Shards in a folder, or those that match a pattern, or one file. Workers read them in place. */
export class FolderSource implements ShardSource {
  readonly #input: string

  constructor(input: string) {
    this.#input = input
  }

  /** @throws InputError when the folder cannot be read. */
  async list(): Promise<FoundShard[]> {
    const { base, matches } = inputPattern(this.#input)
    const root = resolve(base)
    if ((await fileSize(root)) !== undefined) return [await found(root, basename(root))]
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((cause) => {
      throw inputError(root, cause)
    })
    const paths = entries
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .filter(matches)
      .sort()
    return Promise.all(paths.map((path) => found(join(root, path), path)))
  }

  async localCopy(location: string): Promise<LocalFile> {
    return { path: location, [Symbol.asyncDispose]: async () => {} }
  }
}

async function found(location: string, path: string): Promise<FoundShard> {
  return { path, location, bytes: (await fileSize(location)) ?? 0 }
}

/** undefined for what is no file. */
async function fileSize(path: string): Promise<number | undefined> {
  const status = await stat(path).catch(() => undefined)
  return status?.isFile() ? status.size : undefined
}

/** Shards in a bucket: below a prefix, or those that match a pattern. */
export class BucketSource implements ShardSource {
  readonly #bucket: S3Bucket
  readonly #input: string

  /** @param input prefix or pattern of keys */
  constructor(bucket: S3Bucket, input: string) {
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

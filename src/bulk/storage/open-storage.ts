import { relative, resolve } from 'node:path'
import { InputError } from '../../errors/index.ts'
import { type BucketSettings, S3Bucket } from './bucket.ts'
import { BucketDestination, FolderDestination, type ShardDestination } from './shard-destination.ts'
import { BucketSource, FolderSource, inputPattern, type ShardSource } from './shard-source.ts'

/** Where a run reads. */
interface OpenedSource extends Disposable {
  readonly source: ShardSource
}

/** Where a run reads and writes. */
export interface RunStorage extends OpenedSource {
  readonly destination: ShardDestination
}

/** @param input a folder, a file, a pattern, or one of these in a bucket: `s3://bucket/…` */
export async function openStorage(
  { input, output }: { readonly input: string; readonly output: string },
  settings: BucketSettings,
): Promise<RunStorage> {
  const from = await openSource(input, settings)
  const to = bucketKey(output)
  const bucket = to && (await S3Bucket.open(to.bucket, settings))
  return {
    source: from.source,
    destination: bucket ? new BucketDestination(bucket, to.key) : new FolderDestination(output),
    [Symbol.dispose]() {
      from[Symbol.dispose]()
      bucket?.close()
    },
  }
}

/** @param input as of `openStorage` */
export async function openSource(input: string, settings: BucketSettings): Promise<OpenedSource> {
  const from = bucketKey(input)
  if (!from) return { source: new FolderSource(input), [Symbol.dispose]: () => {} }
  const bucket = await S3Bucket.open(from.bucket, settings)
  return { source: new BucketSource(bucket, from.key), [Symbol.dispose]: () => bucket.close() }
}

/** A location as every machine understands it: paths from the root of the disk. */
export function absoluteLocation(location: string): string {
  return /^\w+:\/\//.test(location) ? location : resolve(location)
}

/** @throws InputError when a run would find its own vectors among its texts. */
export function requireApart(input: string, output: string): void {
  const [from, to] = [bucketKey(input), bucketKey(output)]
  const base = inputPattern(from ? from.key : input).base
  const isSameKind = from?.bucket === to?.bucket
  const path = relative(resolve('/', base), resolve('/', to ? to.key : output))
  if (!isSameKind || /^\.\.($|[\\/])/.test(path)) return
  throw new InputError(
    'bulk-output-in-input',
    `${output} lies in ${input}, where its vectors would be taken for texts; choose another output`,
    { facts: { input, output } },
  )
}

function bucketKey(
  location: string,
): { readonly bucket: string; readonly key: string } | undefined {
  const [, bucket, key = ''] = location.match(/^s3:\/\/([^/]+)(?:\/(.*))?$/) ?? []
  return bucket === undefined ? undefined : { bucket, key }
}

import { relative, resolve } from 'node:path'
import { InputError } from '../../errors/index.ts'
import { Bucket, type BucketSettings } from './bucket.ts'
import { BucketDestination, type Destination, FolderDestination } from './shard-destination.ts'
import { BucketSource, FolderSource, inputPattern, type Source } from './shard-source.ts'

/** Where a run reads. */
interface OpenedSource extends Disposable {
  readonly source: Source
}

/** Where a run reads and writes. */
export interface Places extends OpenedSource {
  readonly destination: Destination
}

/** @param input a folder, a file, a pattern, or one of these in a bucket: `s3://bucket/…` */
export async function openPlaces(
  { input, output }: { readonly input: string; readonly output: string },
  settings: BucketSettings,
): Promise<Places> {
  const from = await openSource(input, settings)
  const to = bucketKey(output)
  const bucket = to && (await Bucket.open(to.bucket, settings))
  return {
    source: from.source,
    destination: bucket ? new BucketDestination(bucket, to.key) : new FolderDestination(output),
    [Symbol.dispose]() {
      from[Symbol.dispose]()
      bucket?.close()
    },
  }
}

/** @param input as of `openPlaces` */
export async function openSource(input: string, settings: BucketSettings): Promise<OpenedSource> {
  const from = bucketKey(input)
  if (!from) return { source: new FolderSource(input), [Symbol.dispose]: () => {} }
  const bucket = await Bucket.open(from.bucket, settings)
  return { source: new BucketSource(bucket, from.key), [Symbol.dispose]: () => bucket.close() }
}

/** A place as every machine understands it: paths from the root of the disk. */
export function absolutePlace(place: string): string {
  return /^\w+:\/\//.test(place) ? place : resolve(place)
}

/** @throws InputError when a run would find its own vectors among its texts. */
export function requireApart(input: string, output: string): void {
  const [from, to] = [bucketKey(input), bucketKey(output)]
  const base = inputPattern(from ? from.key : input).base
  const isSameKind = from?.bucket === to?.bucket
  const way = relative(resolve('/', base), resolve('/', to ? to.key : output))
  if (!isSameKind || /^\.\.($|[\\/])/.test(way)) return
  throw new InputError(
    'bulk-output-in-input',
    `${output} lies in ${input}, where its vectors would be taken for texts; choose another output`,
    { facts: { input, output } },
  )
}

function bucketKey(place: string): { readonly bucket: string; readonly key: string } | undefined {
  const [, bucket, key = ''] = place.match(/^s3:\/\/([^/]+)(?:\/(.*))?$/) ?? []
  return bucket === undefined ? undefined : { bucket, key }
}

import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import { InputError, OutputError, type YujuError } from '../../errors/index.ts'
import { optionalPackage } from '../optional-package.ts'

/** Where buckets are. Keys and the rest are found as Amazon's own tools find them. */
export interface BucketSettings {
  /** The address of a service other than Amazon's. */
  readonly endpoint?: string | undefined
  /** Default: what Amazon's tools find; with an `endpoint`, `us-east-1`. */
  readonly region?: string | undefined
}

export interface StoredObject {
  readonly key: string
  readonly bytes: number
}

/** Tries of a request that fails on the way or on the service's side. */
const MOST_TRIES = 6
/** What one request may store. */
const MOST_BYTES = 5 * 2 ** 30

type S3 = typeof import('@aws-sdk/client-s3')

/** One bucket of an S3-compatible service. */
// Not called Bucket: TypeScript 7.0.2 would write the key `Bucket` of requests as an alias of the class.
export class S3Bucket {
  readonly name: string
  readonly #s3: S3
  readonly #client: S3Client

  private constructor(name: string, s3: S3, client: S3Client) {
    this.name = name
    this.#s3 = s3
    this.#client = client
  }

  /** @throws RuntimeError when the client is not installed. */
  static async open(name: string, { endpoint, region }: BucketSettings): Promise<S3Bucket> {
    const s3 = await optionalPackage('@aws-sdk/client-s3', () => import('@aws-sdk/client-s3'))
    const chosen = region ?? (endpoint === undefined ? undefined : 'us-east-1')
    const client = new s3.S3Client({
      maxAttempts: MOST_TRIES,
      ...(chosen === undefined ? {} : { region: chosen }),
      // Names of buckets in front of the address need a domain, which few services but Amazon's have.
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    })
    return new S3Bucket(name, s3, client)
  }

  /** @throws InputError when the bucket cannot be read. */
  async list(prefix: string): Promise<StoredObject[]> {
    const objects: StoredObject[] = []
    const request = { Bucket: this.name, Prefix: prefix }
    try {
      for await (const { Contents = [] } of this.#s3.paginateListObjectsV2(
        { client: this.#client },
        request,
      )) {
        for (const { Key: key, Size: bytes = 0 } of Contents) if (key) objects.push({ key, bytes })
      }
    } catch (cause) {
      throw this.#unread(prefix, cause)
    }
    return objects
  }

  /** @throws InputError when there is no such object, or it cannot be read or kept here. */
  async download(key: string, path: string): Promise<void> {
    try {
      await pipeline((await this.#body(key)) as Readable, createWriteStream(path))
    } catch (cause) {
      throw this.#unread(key, cause)
    }
  }

  /** @throws InputError when it cannot be read. */
  async text(key: string): Promise<string> {
    try {
      return (await (await this.#body(key))?.transformToString()) ?? ''
    } catch (cause) {
      throw this.#unread(key, cause)
    }
  }

  /** @throws OutputError when the service does not say. */
  async has(key: string): Promise<boolean> {
    try {
      await this.#client.send(new this.#s3.HeadObjectCommand({ Bucket: this.name, Key: key }))
      return true
    } catch (cause) {
      if (statusOf(cause) === 404) return false
      throw this.#unwritten(key, cause)
    }
  }

  /**
   * Stores a file, or a string, unless there is an object of that name.
   * @returns whether it was stored
   * @throws OutputError when it cannot be.
   */
  async putNew(key: string, content: { readonly path: string } | string): Promise<boolean> {
    const body = typeof content === 'string' ? { Body: content } : await fileBody(content.path)
    const request = { Bucket: this.name, Key: key, IfNoneMatch: '*', ...body }
    try {
      await this.#client.send(new this.#s3.PutObjectCommand(request))
      return true
    } catch (cause) {
      // 409: another one is just being stored, which comes first.
      if (statusOf(cause) === 412 || statusOf(cause) === 409) return false
      throw this.#unwritten(key, cause)
    }
  }

  close(): void {
    this.#client.destroy()
  }

  async #body(key: string) {
    const request = new this.#s3.GetObjectCommand({ Bucket: this.name, Key: key })
    return (await this.#client.send(request)).Body
  }

  #unread(key: string, cause: unknown): YujuError {
    const path = `s3://${this.name}/${key}`
    const message = `${path} could not be read: ${reasonOf(cause)}`
    return new InputError('input-bucket', message, { facts: { path }, cause })
  }

  #unwritten(key: string, cause: unknown): YujuError {
    const path = `s3://${this.name}/${key}`
    const message = `${path} could not be written: ${reasonOf(cause)}`
    return new OutputError('output-bucket', message, { facts: { path }, cause })
  }
}

/** @throws OutputError for a file that is too large. */
async function fileBody(path: string) {
  const { size } = await stat(path)
  if (size <= MOST_BYTES) return { Body: createReadStream(path), ContentLength: size }
  throw new OutputError(
    'output-too-large',
    `a shard of ${size} bytes is too large: a bucket takes ${MOST_BYTES} at once; split the input ` +
      'into smaller shards',
    { facts: { bytes: size } },
  )
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined
  return (error.$metadata as { readonly httpStatusCode?: number }).httpStatusCode
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const text = error.message === '' || error.message === 'UnknownError' ? '' : `: ${error.message}`
  const status = statusOf(error)
  const advice =
    status === undefined || status >= 500
      ? 'check the endpoint, AWS_ENDPOINT_URL, and the network'
      : 'check its name and the keys'
  return `${error.name}${text}; ${advice}`
}

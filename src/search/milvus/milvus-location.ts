import { InputError } from '../../errors/index.ts'

/** A collection of a Milvus server. */
export interface MilvusLocation {
  /** `host:port` */
  readonly address: string
  readonly ssl: boolean
  readonly database: string | undefined
  readonly collection: string
  /** The location without a password, for errors. */
  readonly shown: string
}

const DEFAULT_PORT = 19_530

export function isMilvusLocation(location: string): boolean {
  return /^(milvus|https?):\/\//i.test(location)
}

/**
 * Reads `milvus://host:19530/collection`, or `/database/collection`; `http://` is the same, and
 * `https://` is encrypted.
 * @throws InputError when it names no collection.
 */
export function parseMilvusLocation(location: string): MilvusLocation {
  const url = URL.canParse(location) ? new URL(location) : undefined
  const names = url?.pathname.split('/').filter((name) => name !== '') ?? []
  const [collection = '', database] = [...names].reverse()
  if (url?.hostname && names.length <= 2 && /^[A-Za-z_]\w{0,254}$/.test(collection)) {
    const ssl = url.protocol === 'https:'
    const port = url.port || (url.protocol === 'milvus:' ? DEFAULT_PORT : ssl ? 443 : DEFAULT_PORT)
    const address = `${url.hostname}:${port}`
    return { address, ssl, database, collection, shown: `${address}/${names.join('/')}` }
  }
  throw new InputError(
    'store-location',
    `${location} names no collection of Milvus; write milvus://host:19530/collection, with letters, ` +
      'digits and _ in the name',
    { facts: { location } },
  )
}

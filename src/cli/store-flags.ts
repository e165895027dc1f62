import { given } from '../options/index.ts'
import { STORE_PRECISIONS } from '../search/constants.ts'
import type { StoreAccess } from '../search/index.ts'
import { UsageError } from './command-line.ts'
import { choices } from './flags.ts'
import type { Shell } from './shell.ts'

export const STORE_FLAG = {
  store: {
    type: 'string',
    valueHint: 'folder|milvus://host:port/name',
    description: 'A folder (LanceDB), or a collection of a Milvus server (key: MILVUS_TOKEN)',
  },
} as const

/** Which records; may be given again, and all must be true. */
export const FILTER_FLAG = {
  filter: {
    type: 'string',
    valueHint: 'condition',
    description: 'Only texts with year>=2020, source=news, or source in ["a","b"]; may be repeated',
  },
} as const

/** What a store keeps of a row. */
export const RECORD_FLAGS = {
  id: {
    type: 'string',
    valueHint: 'name|n',
    description: 'The column that names a text (default: a hash of it, so equal texts are one)',
  },
  metadata: {
    type: 'string',
    valueHint: 'a,b:number',
    description: 'Columns to keep beside the text, for filters (default: those the store has)',
  },
  precision: {
    type: 'enum',
    options: choices(STORE_PRECISIONS),
    description: 'How a new store looks through vectors (default: float32)',
  },
} as const

/** @throws UsageError when no store was named. */
export function namedStore(store: string | undefined): string {
  if (store) return store
  throw new UsageError('--store is missing; name a folder, or milvus://host:port/collection')
}

export function storeAccess({ env }: Shell): StoreAccess {
  return { ...given({ token: env.MILVUS_TOKEN }), buckets: bucketSettings(env) }
}

/** The buckets' address, from the variables of Amazon's tools. */
export function bucketSettings(env: Shell['env']) {
  return {
    endpoint: env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL,
    region: env.AWS_REGION ?? env.AWS_DEFAULT_REGION,
  }
}

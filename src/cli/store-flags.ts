import type { StoreAccess } from '../search/index.ts'
import { given } from './model.ts'
import type { Shell } from './shell.ts'
import { UsageError } from './usage-error.ts'

export const STORE_FLAG = {
  store: {
    type: 'string',
    valueHint: 'folder|milvus://host:port/name',
    description: 'A folder (LanceDB), or a collection of a Milvus server (key: MILVUS_TOKEN)',
  },
} as const

/** @throws UsageError when no store was named. */
export function namedStore(store: string | undefined): string {
  if (store) return store
  throw new UsageError('--store is missing; name a folder, or milvus://host:port/collection')
}

export function storeAccess({ env }: Shell): StoreAccess {
  return given({ token: env.MILVUS_TOKEN })
}

import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { env } from 'node:process'
import { StoreError } from '../errors/index.ts'

/**
 * Loads an optional package.
 * @throws StoreError that names what to install.
 */
async function loadPackage<Package>(
  load: () => Promise<Package>,
  { what, packages }: { readonly what: string; readonly packages: string },
): Promise<Package> {
  try {
    return await load()
  } catch (cause) {
    throw new StoreError(
      'store-package-missing',
      `${what} needs packages that cannot be loaded; install them: npm install ${packages}`,
      { facts: { packages }, cause },
    )
  }
}

export type MilvusPackage = typeof import('@zilliz/milvus2-sdk-node')

/** @throws StoreError when it is not installed. */
export function loadMilvus(): Promise<MilvusPackage> {
  return loadPackage(() => import('@zilliz/milvus2-sdk-node'), {
    what: 'a store on a Milvus server',
    packages: '@zilliz/milvus2-sdk-node',
  })
}

export interface LancePackages {
  readonly lancedb: typeof import('@lancedb/lancedb')
  readonly arrow: typeof import('apache-arrow')
}

/** @throws StoreError when they are not installed. */
export function loadLance(): Promise<LancePackages> {
  return loadPackage(
    async () => {
      leaveThreadsFree()
      const lancedb = await import('@lancedb/lancedb')
      // LanceDB loses the columns of tables that another copy of Arrow's module has made.
      const { resolve } = createRequire(import.meta.url)
      const arrow = createRequire(resolve('@lancedb/lancedb'))('apache-arrow')
      return { lancedb, arrow }
    },
    { what: 'a store in a folder', packages: '@lancedb/lancedb apache-arrow' },
  )
}

const LEAST_THREADS = 4

/**
 * LanceDB takes a thread for each core; where there are two, all of them come to wait for each other
 * while an index of vectors is made of many rows (0.30, seen with 200,000), and it never ends.
 */
function leaveThreadsFree(): void {
  if (availableParallelism() < LEAST_THREADS) env.LANCE_CPU_THREADS ??= String(LEAST_THREADS)
}

import { createRequire } from 'node:module'
import { loadPackage } from '../load-package.ts'

export interface LancePackages {
  readonly lancedb: typeof import('@lancedb/lancedb')
  readonly arrow: typeof import('apache-arrow')
}

/** @throws StoreError when they are not installed. */
export function loadLance(): Promise<LancePackages> {
  return loadPackage(
    async () => {
      const lancedb = await import('@lancedb/lancedb')
      // LanceDB loses the columns of tables that another copy of Arrow's module has made.
      const { resolve } = createRequire(import.meta.url)
      const arrow = createRequire(resolve('@lancedb/lancedb'))('apache-arrow')
      return { lancedb, arrow }
    },
    { what: 'a store in a folder', packages: '@lancedb/lancedb apache-arrow' },
  )
}

import { loadPackage } from '../load-package.ts'

export interface LancePackages {
  readonly lancedb: typeof import('@lancedb/lancedb')
  readonly arrow: typeof import('apache-arrow')
}

/** @throws StoreError when they are not installed. */
export function loadLance(): Promise<LancePackages> {
  return loadPackage(
    async () => {
      const [lancedb, arrow] = await Promise.all([
        import('@lancedb/lancedb'),
        import('apache-arrow'),
      ])
      return { lancedb, arrow }
    },
    { what: 'a store in a folder', packages: '@lancedb/lancedb apache-arrow' },
  )
}

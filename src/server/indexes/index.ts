export { IndexRegistry, type ServerIndex } from './index-registry.ts'
export type { IndexQuery, ServedIndex } from './served-index.ts'

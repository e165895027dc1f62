export { inputKey } from './input-key.ts'
export { ResultCache } from './result-cache.ts'

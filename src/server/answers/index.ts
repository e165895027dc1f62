export { jsonResponse } from './json-parts.ts'
export { vectorBase64, vectorJson } from './number-text.ts'

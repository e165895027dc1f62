export type { EncodedText } from './encoded-text.ts'
export { ModelRegistry } from './model-registry.ts'
export { costOf, worksOf } from './model-works.ts'
export { finishVector, ServedModel } from './served-model.ts'

export { ModelRegistry } from './model-registry.ts'
export type { EncodedText } from './model-works.ts'
export { costOf, worksOf } from './model-works.ts'
export { finishVector, ServedModel } from './served-model.ts'

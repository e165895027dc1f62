export { ModelRegistry } from './model-registry.ts'
export { type EncodedText, finishVector, ServedModel, type VectorOptions } from './served-model.ts'

export { YujuEmbeddingModel, type YujuEmbeddingModelOptions } from './yuju-embedding-model.ts'

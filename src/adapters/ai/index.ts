export { YujuEmbeddingModel, type YujuEmbeddingModelOptions } from './embedding-model.ts'
export { YujuRerankingModel, type YujuRerankingModelOptions } from './reranking-model.ts'

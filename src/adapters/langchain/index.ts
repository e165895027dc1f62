export { YujuEmbeddings, type YujuEmbeddingsOptions } from './embeddings.ts'
export { YujuReranker, type YujuRerankerOptions } from './reranker.ts'

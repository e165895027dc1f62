export { YujuEmbeddings, type YujuEmbeddingsOptions } from './yuju-embeddings.ts'

export type { AttentionKernel } from './attention.ts'
export type { Dropout, DropoutKind } from './dropout.ts'
export { floatLayer, type LinearLayer } from './linear-layer.ts'
export {
  excludesPrompt,
  GRAPH_NAMES,
  type SentenceGraphOptions,
  type SentenceModel,
  sentenceGraph,
  sentenceModel,
} from './sentence-graph.ts'
export { storedWeights, type WeightSource } from './weight-value.ts'

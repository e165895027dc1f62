export type { AttentionKernel } from './attention.ts'
export type { Dropout, DropoutKind } from './dropout.ts'
export {
  excludesPrompt,
  GRAPH_NAMES,
  type SentenceGraphOptions,
  type SentenceModel,
  sentenceGraph,
} from './sentence-graph.ts'

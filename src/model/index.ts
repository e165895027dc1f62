export type { AttentionKernel } from './attention.ts'
export {
  excludesPrompt,
  GRAPH_NAMES,
  type SentenceGraphOptions,
  sentenceGraph,
} from './sentence-graph.ts'

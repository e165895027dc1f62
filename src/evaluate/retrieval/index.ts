export {
  evaluateRetrieval,
  evaluateRetrievalSets,
  type RetrievalEncode,
  type RetrievalOptions,
  type RetrievalResult,
  type RetrievalSetResult,
} from './evaluate-retrieval.ts'
export { loadRetrievalSet, type RetrievalSet } from './load-retrieval-set.ts'
export { loadRetrieval, type RetrievalData, type RetrievalFiles } from './retrieval-data.ts'
export { type RetrievalModel, retrievalTable } from './retrieval-table.ts'

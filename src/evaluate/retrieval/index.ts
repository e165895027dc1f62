export {
  evaluateRetrieval,
  type RetrievalEncode,
  type RetrievalOptions,
  type RetrievalResult,
} from './evaluate-retrieval.ts'
export { loadRetrieval, type RetrievalData, type RetrievalFiles } from './retrieval-data.ts'

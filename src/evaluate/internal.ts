/** What other folders use of this one, and users of `yuju/evaluate` do not. */
export { fillCache } from './cached-encode.ts'
export { reportJson, textReport } from './render-report.ts'
export { type RetrievalModel, retrievalTable } from './retrieval/index.ts'
export { scoreHistogram } from './score-histogram.ts'

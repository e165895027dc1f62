/** What other folders use of this one, and users of `yuju/evaluate` do not. */
export { scoreHistogram } from './calibrate.ts'
export { reportJson, textReport } from './render-report.ts'
export { type RetrievalModel, retrievalTable } from './report-tables.ts'
export { fillCache } from './vector-cache.ts'

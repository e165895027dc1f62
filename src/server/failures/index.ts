export { failureOf, type Refusal, serverError } from './failure-of.ts'
export { FAILURES, type FailureCode } from './failure-table.ts'
export { quoted, shortened } from './quoted.ts'
export { renderFailure } from './render-failure.ts'

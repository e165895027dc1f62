export { failureOf, quoted, type Refusal, serverError } from './failure-of.ts'
export { FAILURES, type FailureCode } from './failure-table.ts'
export { renderFailure } from './render-failure.ts'

export { failureOf, renderFailure } from './failure-response.ts'
export { FAILURES, type FailureCode } from './failure-table.ts'
export { quoted, serverError, shortened } from './server-error.ts'

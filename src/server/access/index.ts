export { BearerKeys } from './bearer-keys.ts'
export { requestDeadline } from './request-deadline.ts'
export { requestId } from './request-id.ts'
export { RequestLimit } from './request-limit.ts'

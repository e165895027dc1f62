import type { FailureCode } from '../failures/index.ts'

/** Failures of every route. */
export const HOST_FAILURES = [
  'host-twice',
  'host-refused',
  'origin-refused',
] as const satisfies readonly FailureCode[]

/** Failures of every route but health. */
export const ACCESS_FAILURES = [
  ...HOST_FAILURES,
  'key-missing',
  'key-wrong',
  'requests-too-many',
  'internal',
] as const satisfies readonly FailureCode[]

/** Failures of every route that takes a body. */
export const BODY_FAILURES = [
  ...ACCESS_FAILURES,
  'body-not-json',
  'body-not-utf8',
  'body-truncated',
  'body-too-large',
  'content-type',
  'content-encoding',
  'request-invalid',
  'model-unknown',
  'draining',
  'request-timeout',
] as const satisfies readonly FailureCode[]

/** Failures of every route whose texts wait in a model's queue. */
export const QUEUE_FAILURES = [
  ...BODY_FAILURES,
  'items-too-many',
  'text-too-large',
  'prompt-unknown',
  'queue-full',
  'unready',
  'engine-failed',
  'engine-timeout',
] as const satisfies readonly FailureCode[]

/** Failures of routes that encode. */
export const ENCODE_FAILURES = [
  ...QUEUE_FAILURES,
  'model-kind',
  'text-too-long',
  'tokens-too-many',
  'token-id-unknown',
] as const satisfies readonly FailureCode[]

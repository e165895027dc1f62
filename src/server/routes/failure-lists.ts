import type { FailureCode } from '../failures/index.ts'

/** What every route but health may answer. */
export const ACCESS_FAILURES = [
  'key-missing',
  'key-wrong',
  'requests-too-many',
  'internal',
] as const satisfies readonly FailureCode[]

/** What every route may answer that takes a body. */
export const BODY_FAILURES = [
  ...ACCESS_FAILURES,
  'body-not-json',
  'body-not-utf8',
  'body-cut',
  'body-too-large',
  'content-type',
  'request-invalid',
  'model-unknown',
  'draining',
  'request-timeout',
] as const satisfies readonly FailureCode[]

/** What every route may answer that runs a model on texts. */
export const TEXT_FAILURES = [
  ...BODY_FAILURES,
  'items-too-many',
  'text-too-large',
  'prompt-unknown',
  'unready',
  'engine-failed',
] as const satisfies readonly FailureCode[]

/** What routes may answer that encode. */
export const ENCODE_FAILURES = [
  ...TEXT_FAILURES,
  'text-too-long',
  'pieces-too-many',
  'token-id-unknown',
  'queue-full',
] as const satisfies readonly FailureCode[]

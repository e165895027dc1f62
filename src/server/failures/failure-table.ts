/** The words text-embeddings-inference has for kinds of errors. */
export type TeiErrorType =
  | 'Unhealthy'
  | 'Backend'
  | 'Overloaded'
  | 'Validation'
  | 'Tokenizer'
  | 'Empty'

export interface Failure {
  /** The HTTP status. */
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 413 | 415 | 422 | 424 | 429 | 499 | 500 | 503
  readonly teiType: TeiErrorType
  /** What made it happen, for the documentation. */
  readonly cause: string
}

/**
 * Every way a request can fail, by code. Too much of something is 413, something that cannot be
 * meant is 422; a client may try again after 429 and 503, and the response says when.
 */
export const FAILURES = {
  'body-not-json': {
    status: 400,
    teiType: 'Validation',
    cause: 'The body is not valid JSON.',
  },
  'body-not-utf8': {
    status: 400,
    teiType: 'Validation',
    cause: 'The body has bytes that are not UTF-8.',
  },
  'body-truncated': {
    status: 400,
    teiType: 'Validation',
    cause: 'The connection ended before the whole body was there.',
  },
  'host-twice': {
    status: 400,
    teiType: 'Validation',
    cause: 'The request has more than one Host header.',
  },
  'key-missing': {
    status: 401,
    teiType: 'Validation',
    cause: 'The server has keys, and the request has no Authorization: Bearer header.',
  },
  'key-wrong': {
    status: 401,
    teiType: 'Validation',
    cause: 'The bearer key is none of the server’s.',
  },
  'host-refused': {
    status: 403,
    teiType: 'Validation',
    cause: 'The Host header has no name of this server; see allowed-hosts.',
  },
  'origin-refused': {
    status: 403,
    teiType: 'Validation',
    cause: 'The request comes from a page of another site; see cors-origins.',
  },
  'route-unknown': {
    status: 404,
    teiType: 'Validation',
    cause: 'There is no such path.',
  },
  'model-unknown': {
    status: 404,
    teiType: 'Validation',
    cause: 'The request names a model that is not served.',
  },
  'index-unknown': {
    status: 404,
    teiType: 'Validation',
    cause: 'The request names an index that is not served.',
  },
  'method-unknown': {
    status: 405,
    teiType: 'Validation',
    cause: 'The path does not take this method; Allow names those it takes.',
  },
  'body-too-large': {
    status: 413,
    teiType: 'Validation',
    cause: 'The body has more bytes than body-limit.',
  },
  'items-too-many': {
    status: 413,
    teiType: 'Validation',
    cause: 'The request has more texts than max-items, or than its route takes.',
  },
  'text-too-large': {
    status: 413,
    teiType: 'Validation',
    cause: 'A text has more characters than max-characters.',
  },
  'text-too-long': {
    status: 413,
    teiType: 'Validation',
    cause: 'A text has more tokens than the model’s limit, and truncation was not allowed.',
  },
  'tokens-too-many': {
    status: 413,
    teiType: 'Validation',
    cause: 'An array of token ids is longer than the model’s limit.',
  },
  'content-type': {
    status: 415,
    teiType: 'Validation',
    cause: 'The Content-Type is not application/json.',
  },
  'content-encoding': {
    status: 415,
    teiType: 'Validation',
    cause: 'The body is compressed; it is read only as it is.',
  },
  'request-invalid': {
    status: 422,
    teiType: 'Validation',
    cause: 'A field is missing, of the wrong type or out of its bounds.',
  },
  'token-id-unknown': {
    status: 422,
    teiType: 'Tokenizer',
    cause: 'A token id is outside the model’s vocabulary.',
  },
  'prompt-unknown': {
    status: 422,
    teiType: 'Validation',
    cause: 'The model has no prompt of this name.',
  },
  'model-kind': {
    status: 424,
    teiType: 'Backend',
    cause: 'The route wants vectors and the model is a reranker, or the other way round.',
  },
  'queue-full': {
    status: 429,
    teiType: 'Overloaded',
    cause: 'More texts wait than queue-size allows; Retry-After says when to try again.',
  },
  'requests-too-many': {
    status: 429,
    teiType: 'Overloaded',
    cause: 'More requests are open than max-requests; Retry-After says when to try again.',
  },
  'response-memory-full': {
    status: 429,
    teiType: 'Overloaded',
    cause:
      'The responses being made or sent take up response-memory; Retry-After says when to try again.',
  },
  'client-closed': {
    status: 499,
    teiType: 'Validation',
    cause: 'The client went away before the response; only logs and metrics show this.',
  },
  'request-timeout': {
    status: 503,
    teiType: 'Overloaded',
    cause: 'No response within request-timeout.',
  },
  draining: {
    status: 503,
    teiType: 'Unhealthy',
    cause: 'The server is stopping; send the request to another one.',
  },
  unready: {
    status: 503,
    teiType: 'Unhealthy',
    cause: 'No worker of a model is running just now.',
  },
  'engine-failed': {
    status: 500,
    teiType: 'Backend',
    cause: 'The model could not be run, twice; the server’s log says why.',
  },
  'engine-timeout': {
    status: 500,
    teiType: 'Backend',
    cause: 'The model took longer than job-timeout for a text; its process was replaced.',
  },
  'index-failed': {
    status: 500,
    teiType: 'Backend',
    cause: 'The index could not be searched; the server’s log says why.',
  },
  internal: {
    status: 500,
    teiType: 'Backend',
    cause: 'A mistake in yuju; the server’s log says where.',
  },
} as const satisfies Readonly<Record<string, Failure>>

export type FailureCode = keyof typeof FAILURES

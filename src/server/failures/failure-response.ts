import {
  type ErrorFacts,
  InputError,
  RuntimeError,
  StoreError,
  YujuError,
} from '../../errors/index.ts'
import { FAILURES, type Failure, type FailureCode } from './failure-table.ts'
import { shortened } from './server-error.ts'

/** Characters of a message, which may repeat what the client sent. */
const MOST_CHARACTERS = 1000

/** A failure as it goes to the client. */
export interface Refusal extends Failure {
  readonly code: string
  readonly message: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a client receives of an error; of those nobody expected, no more than that they happened. */
export function failureOf(error: unknown): Refusal {
  const code = codeOf(error)
  // Where a store lies is not the client's to know.
  const isOurs = error instanceof YujuError && code !== 'internal' && code !== 'index-failed'
  return {
    ...FAILURES[code],
    code: error instanceof InputError ? error.code : code,
    message: isOurs ? shortened(error.message, MOST_CHARACTERS) : FAILURES[code].cause,
    headers: headersOf(FAILURES[code].status, isOurs ? error.facts : {}),
  }
}

function headersOf(status: number, { allowed }: ErrorFacts): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer' }
  if (status === 405) return { allow: String(allowed) }
  if (status === 415) return { accept: 'application/json', 'accept-encoding': 'identity' }
  // What is full or has stopped has room, or a successor, a moment later.
  return status === 429 || status === 503 ? { 'retry-after': '1' } : {}
}

function codeOf(error: unknown): FailureCode {
  if (error instanceof YujuError && isFailureCode(error.code)) return error.code
  if (error instanceof InputError) return 'request-invalid'
  if (error instanceof StoreError) return 'index-failed'
  if (error instanceof RuntimeError) return 'engine-failed'
  return 'internal'
}

function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(FAILURES, code)
}

/** Routes of OpenAI's interface; all others respond as text-embeddings-inference does. */
const OPENAI_PATHS = /^\/v1\/|^\/embeddings$/

const RERANK_PATHS = /^\/v[12]\/rerank$/

/** A failure as the clients of a route expect it. */
export function renderFailure(path: string, refusal: Refusal): Response {
  const shape = RERANK_PATHS.test(path)
    ? rerankShape
    : OPENAI_PATHS.test(path)
      ? openaiShape
      : teiShape
  const { status, headers } = refusal
  return Response.json(shape(refusal), { status, headers })
}

/** Reference: the error object of OpenAI's API. */
function openaiShape({ message, status, code }: Refusal) {
  return { error: { message, type: openaiType(status), param: null, code } }
}

function openaiType(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 429) return 'rate_limit_error'
  return status < 500 ? 'invalid_request_error' : 'server_error'
}

/** Reference: errors of Cohere's API have a `message`, those of Jina's a `detail`; `code` is our own. */
function rerankShape({ message, code }: Refusal) {
  return { message, detail: message, code }
}

/** Reference: ErrorResponse of text-embeddings-inference; `code` is our own. */
function teiShape({ message, teiType, code }: Refusal) {
  return { error: message, error_type: teiType, code }
}

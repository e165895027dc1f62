import type { Refusal } from './failure-of.ts'

/** Routes of OpenAI's interface; all others answer as text-embeddings-inference does. */
const OPENAI_PATHS = /^\/v1\/|^\/embeddings$/

/** A failure as the clients of a route expect it. */
export function renderFailure(path: string, refusal: Refusal): Response {
  const shape = OPENAI_PATHS.test(path) ? openaiShape : teiShape
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

/** Reference: ErrorResponse of text-embeddings-inference; `code` is our own. */
function teiShape({ message, teiType, code }: Refusal) {
  return { error: message, error_type: teiType, code }
}

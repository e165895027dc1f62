import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { InputError, TeacherError } from '../../errors/index.ts'
import { given } from '../../options/index.ts'
import type { Matrix } from '../../similarity/index.ts'
import type { VectorFunction } from './teacher.ts'

/** The one file outside the model hub that touches the network. */

export interface HttpOptions {
  /** Which of its models the service shall use. Default: not said. */
  readonly model?: string
  /** Sent as `Authorization: Bearer …`. */
  readonly apiKey?: string
  /** Texts in one request. Default 64. */
  readonly batchSize?: number
  /** Milliseconds after which a request is given up and tried again. Default 120,000. */
  readonly timeout?: number
}

const MOST_TRIES = 5
/** A service may ask for a pause; longer than this is an error. */
const LONGEST_PAUSE = 60_000

const responseSchema = z.object({
  data: z.array(z.object({ index: z.int().nonnegative(), embedding: z.array(z.number()) })),
})

/**
 * Vectors from an embeddings service: POST of `{ input, model }`, as OpenAI's /v1/embeddings and
 * those made after it (text-embeddings-inference, vLLM, Ollama …) take it. Failures that may pass
 * (no connection, 429, 5xx) are tried again, after the pause the service asks for.
 *
 * @param url the whole address, `https://host/v1/embeddings`
 */
export function httpVectors(url: string, options: HttpOptions): VectorFunction {
  const { batchSize = 64 } = options
  if (!URL.canParse(url) || !Number.isInteger(batchSize) || batchSize < 1) {
    throw new InputError(
      'teacher-service',
      `a service needs a valid address and a batchSize from 1, but they are ${url} and ${batchSize}`,
      { facts: { url, batchSize } },
    )
  }
  return async (texts, signal) => {
    const vectors: number[][] = []
    for (let start = 0; start < texts.length; start += batchSize) {
      const batch = texts.slice(start, start + batchSize)
      const response = await request(url, batch, { options, signal })
      vectors.push(...readResponse(url, response, batch.length))
    }
    return matrixOf(url, vectors)
  }
}

interface ServiceRequest {
  readonly options: HttpOptions
  readonly signal: AbortSignal | undefined
}

/** The text of a response. */
async function request(
  url: string,
  input: readonly string[],
  service: ServiceRequest,
): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptOnce(url, input, service)
    if (typeof outcome === 'string') return outcome
    if (!outcome.mayPass || attempt >= MOST_TRIES || (outcome.pause ?? 0) > LONGEST_PAUSE) {
      throw failure(url, outcome)
    }
    const pause = outcome.pause ?? Math.min(200 * 2 ** attempt, 8000)
    await wait(pause, undefined, given({ signal: service.signal }))
  }
}

interface FailedRequest {
  readonly reason: string
  readonly mayPass: boolean
  /** Milliseconds the service asked to wait. */
  readonly pause?: number | undefined
  readonly cause?: unknown
}

async function attemptOnce(
  url: string,
  input: readonly string[],
  { options: { model, apiKey, timeout = 120_000 }, signal }: ServiceRequest,
): Promise<string | FailedRequest> {
  const headers = new Headers({ 'content-type': 'application/json' })
  if (apiKey) headers.set('authorization', `Bearer ${apiKey}`)
  const limit = AbortSignal.timeout(timeout)
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify({ model, input, encoding_format: 'float' }),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    })
    const text = await response.text()
    return response.ok ? text : failedResponse(response, text)
  } catch (cause) {
    signal?.throwIfAborted()
    return { reason: reasonOf(cause), mayPass: true, cause }
  }
}

function failedResponse({ status, headers }: Response, text: string): FailedRequest {
  return {
    reason: `it responded ${status}: ${text.slice(0, 200)}`,
    mayPass: status === 429 || status >= 500,
    pause: pauseOf(headers.get('retry-after')),
  }
}

/** `Retry-After` in milliseconds: seconds, or a date. */
function pauseOf(header: string | null): number | undefined {
  if (header === null) return undefined
  const pause = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(pause) ? undefined : Math.max(pause, 0)
}

/** What `fetch` hides in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}

function failure(url: string, { reason, cause }: FailedRequest): TeacherError {
  return new TeacherError(
    'teacher-service-failed',
    `${url} gave no vectors: ${reason}; check its address, model and key, or try again later`,
    { facts: { url }, cause },
  )
}

/** The vectors of a response, in the order of the texts. */
function readResponse(url: string, text: string, texts: number): number[][] {
  const { data } = parsed(url, text)
  const vectors = data.toSorted((a, b) => a.index - b.index)
  if (vectors.length === texts && vectors.every(({ index }, position) => index === position)) {
    return vectors.map(({ embedding }) => embedding)
  }
  throw new TeacherError(
    'teacher-rows',
    `${url} gave ${data.length} vectors, numbered ${data.map(({ index }) => index).join(', ')}, for ` +
      `${texts} texts`,
    { facts: { url, texts, rows: data.length } },
  )
}

function parsed(url: string, text: string): z.infer<typeof responseSchema> {
  try {
    return responseSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new TeacherError(
      'teacher-response',
      `${url} did not respond as an embeddings service: ${text.slice(0, 200)}`,
      { facts: { url }, cause },
    )
  }
}

function matrixOf(url: string, vectors: readonly (readonly number[])[]): Matrix {
  const dimensions = vectors[0]?.length ?? 0
  const odd = vectors.find(({ length }) => length !== dimensions)
  if (odd) {
    throw new TeacherError(
      'teacher-rows',
      `${url} gave vectors of ${dimensions} and of ${odd.length} numbers`,
      { facts: { url, dimensions, found: odd.length } },
    )
  }
  const data = new Float32Array(vectors.length * dimensions)
  for (const [row, vector] of vectors.entries()) data.set(vector, row * dimensions)
  return { data, rows: vectors.length, dimensions }
}

/** A model as `/v1/models` describes it. */
export interface Model {
  readonly id: string
  readonly dimensions: number
  readonly max_input_length: number
  readonly similarity: string
}

interface ListedModel extends Model {
  readonly kind: string
}

/** A token as `/tokenize` gives it. */
export interface Token {
  readonly id: number
  readonly text: string
  readonly special: boolean
}

export interface TimedResponse<Value> {
  readonly value: Value
  /** From the request to the end of the response. */
  readonly milliseconds: number
  /** Whether the model's limit truncated a text. */
  readonly isTruncated: boolean
}

/** A response that is not a success; the message is the server's own. */
export class ServerFailure extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** No response came at all. */
export class Unreachable extends Error {}

const STORED_AS = 'yuju-key'

/** The server that the page came from. All methods throw ServerFailure or Unreachable. */
export class ServerClient {
  #key = storedKey()

  get hasKey(): boolean {
    return this.#key !== ''
  }

  /** What is sent as bearer key from now on; nothing, where it is empty. */
  useKey(key: string): void {
    this.#key = key
    try {
      if (key === '') sessionStorage.removeItem(STORED_AS)
      else sessionStorage.setItem(STORED_AS, key)
    } catch {
      // Where the browser keeps nothing, the key holds until the page is left.
    }
  }

  async models(): Promise<readonly Model[]> {
    const { value } = await this.#request<{ data: readonly ListedModel[] }>('v1/models', {})
    // The page shows vectors, which rerankers have none of.
    return value.data.filter(({ kind }) => kind === 'encoder')
  }

  /** Vectors of length 1, one per text. */
  embed(model: Model, inputs: readonly string[], signal: AbortSignal) {
    const body = { model: model.id, inputs, normalize: true, truncate: true }
    return this.#post<readonly (readonly number[])[]>('embed', body, signal)
  }

  /** How similar a text is to each of others, by the model's own similarity. */
  similarity(
    model: Model,
    texts: { readonly source: string; readonly sentences: readonly string[] },
    signal: AbortSignal,
  ) {
    const inputs = { source_sentence: texts.source, sentences: texts.sentences }
    const body = { model: model.id, inputs, parameters: { truncate: true } }
    return this.#post<readonly number[]>('similarity', body, signal)
  }

  /** All tokens of each text, beyond the model's limit too. */
  tokenize(model: Model, inputs: readonly string[], signal: AbortSignal) {
    const body = { model: model.id, inputs }
    return this.#post<readonly (readonly Token[])[]>('tokenize', body, signal)
  }

  #post<Value>(path: string, body: unknown, signal: AbortSignal): Promise<TimedResponse<Value>> {
    const headers = { 'content-type': 'application/json' }
    return this.#request<Value>(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers,
      signal,
    })
  }

  async #request<Value>(path: string, init: RequestInit): Promise<TimedResponse<Value>> {
    const headers = new Headers(init.headers)
    if (this.hasKey) headers.set('authorization', `Bearer ${this.#key}`)
    const start = performance.now()
    const response = await reached(fetch(path, { ...init, headers, cache: 'no-store' }))
    const text = await reached(response.text())
    const milliseconds = performance.now() - start
    if (!response.ok) throw failureOf(response, text)
    const isTruncated = response.headers.has('x-truncated-texts')
    return { value: JSON.parse(text) as Value, milliseconds, isTruncated }
  }
}

/** What `fetch` rejects with is a TypeError, unless somebody stopped it. */
async function reached<Value>(response: Promise<Value>): Promise<Value> {
  try {
    return await response
  } catch (cause) {
    if (cause instanceof TypeError) throw new Unreachable('no response', { cause })
    throw cause
  }
}

/** OpenAI's routes have an object as `error`, the others a text; a proxy may have neither. */
function failureOf({ status, statusText }: Response, text: string): ServerFailure {
  const { error, code } = parsed(text)
  if (typeof error === 'string') return new ServerFailure(status, code ?? '', error)
  return new ServerFailure(status, error?.code ?? '', error?.message ?? statusText)
}

interface FailureBody {
  readonly error?: string | { readonly message?: string; readonly code?: string }
  readonly code?: string
}

function parsed(text: string): FailureBody {
  try {
    return (JSON.parse(text) ?? {}) as FailureBody
  } catch {
    return {}
  }
}

function storedKey(): string {
  try {
    return sessionStorage.getItem(STORED_AS) ?? ''
  } catch {
    return ''
  }
}

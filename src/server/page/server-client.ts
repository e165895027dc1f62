/** A model as `/v1/models` describes it. */
export interface Model {
  readonly id: string
  readonly dimensions: number
  readonly max_input_length: number
  readonly similarity: string
}

/** A token as `/tokenize` gives it. */
export interface Token {
  readonly id: number
  readonly text: string
  readonly special: boolean
}

export interface Answer<Value> {
  readonly value: Value
  /** From asking to having it all. */
  readonly milliseconds: number
  /** Whether the model's limit cut a text. */
  readonly isCut: boolean
}

/** An answer of the server that is no good one; the message is the server's own. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** No answer came at all. */
export class Unreachable extends Error {}

const STORED_AS = 'yuju-key'

/** Asks the server that the page came from. All methods throw Refusal or Unreachable. */
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
    const { value } = await this.#ask<{ data: readonly Model[] }>('v1/models', {})
    return value.data
  }

  /** Vectors of length 1, one a text. */
  embed(model: Model, inputs: readonly string[], signal: AbortSignal) {
    const body = { model: model.id, inputs, normalize: true, truncate: true }
    return this.#post<readonly (readonly number[])[]>('embed', body, signal)
  }

  /** How alike a text is to each of others, by the model's own similarity. */
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

  #post<Value>(path: string, body: unknown, signal: AbortSignal): Promise<Answer<Value>> {
    const headers = { 'content-type': 'application/json' }
    return this.#ask<Value>(path, { method: 'POST', body: JSON.stringify(body), headers, signal })
  }

  async #ask<Value>(path: string, init: RequestInit): Promise<Answer<Value>> {
    const headers = new Headers(init.headers)
    if (this.hasKey) headers.set('authorization', `Bearer ${this.#key}`)
    const start = performance.now()
    const response = await reached(fetch(path, { ...init, headers, cache: 'no-store' }))
    const text = await reached(response.text())
    const milliseconds = performance.now() - start
    if (!response.ok) throw refusalOf(response, text)
    const isCut = response.headers.has('x-truncated-texts')
    return { value: JSON.parse(text) as Value, milliseconds, isCut }
  }
}

/** What `fetch` rejects with is a TypeError, unless somebody stopped it. */
async function reached<Value>(answer: Promise<Value>): Promise<Value> {
  try {
    return await answer
  } catch (cause) {
    if (cause instanceof TypeError) throw new Unreachable('no answer', { cause })
    throw cause
  }
}

/** OpenAI's routes have an object as `error`, the others a text; a proxy may have neither. */
function refusalOf({ status, statusText }: Response, text: string): Refusal {
  const { error, code } = parsed(text)
  if (typeof error === 'string') return new Refusal(status, code ?? '', error)
  return new Refusal(status, error?.code ?? '', error?.message ?? statusText)
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

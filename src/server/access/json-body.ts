import { ServerError } from '../../errors/index.ts'
import { quoted, serverError } from '../failures/index.ts'

/**
 * The JSON of a request's body. The body is read as bytes, because reading it as text would put
 * U+FFFD in place of what is not UTF-8 without a word.
 * @param limit bytes
 * @throws ServerError when it is not JSON, not UTF-8, too large, or ends too early.
 */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  requireJsonType(request.headers.get('content-type'))
  requirePlain(request.headers.get('content-encoding'))
  return parseJson(decodeUtf8(await readBytes(request, limit)))
}

function requireJsonType(type: string | null): void {
  if (type !== null && /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) return
  throw serverError(
    'content-type',
    `the Content-Type must be application/json, but is ${type === null ? 'missing' : quoted(type)}`,
    { facts: { type } },
  )
}

/** Bodies that are compressed would have to be read to know how large they are. */
function requirePlain(encoding: string | null): void {
  if (encoding === null || /^identity$/i.test(encoding.trim())) return
  throw serverError(
    'content-encoding',
    `the Content-Encoding is ${quoted(encoding)}; send the body as it is, without one`,
    { facts: { encoding } },
  )
}

async function readBytes(request: Request, limit: number): Promise<ArrayBuffer | Uint8Array> {
  const length = request.headers.get('content-length')
  requireSmall(Number(length ?? 0), limit)
  try {
    const bytes = length === null ? await readParts(request, limit) : await request.arrayBuffer()
    requireSmall(bytes.byteLength, limit)
    return bytes
  } catch (cause) {
    if (cause instanceof ServerError) throw cause
    throw serverError('body-truncated', 'the connection ended within the body', { cause })
  }
}

/** A body that does not say how long it is, as far as the limit. */
async function readParts({ body }: Request, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body ?? []) {
    parts.push(part)
    size += part.length
    if (size > limit) break
  }
  return Buffer.concat(parts)
}

function requireSmall(bytes: number, limit: number): void {
  if (bytes <= limit) return
  throw serverError('body-too-large', `the body is larger than the limit of ${limit} bytes`, {
    facts: { limit },
  })
}

function decodeUtf8(bytes: ArrayBuffer | Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw serverError('body-not-utf8', 'the body has bytes that are not UTF-8', { cause })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    // The message of the cause may quote the text, which is the client's own business.
    throw serverError('body-not-json', 'the body is not valid JSON', { cause })
  }
}

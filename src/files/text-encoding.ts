import { InputError } from '../errors/index.ts'
import { countNewlines, utf8Text } from './utf8-text.ts'

type Utf16 = 'utf-16le' | 'utf-16be'

/**
 * Decodes UTF-8, or UTF-16 that begins with a byte order mark, chunk by chunk; the mark is dropped.
 * @param name of the file, for errors
 * @throws InputError for bytes that are neither; it names the line, and what they may be.
 */
export async function* decodedText(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<string, void, void> {
  const { start, all } = await beginning(chunks)
  const encoding = markedEncoding(start, name)
  if (encoding !== undefined) return yield* utf16Text(all, encoding, name)
  const unmarked = unmarkedUtf16(start)
  if (unmarked !== undefined) throw withoutMark(name, unmarked)
  yield* utf8Text(all, name, () => likelyEncoding(start))
}

/** Bytes that an encoding is detected from. */
const DETECTION_BYTES = 4096

/** The first bytes, and all of them. */
async function beginning(chunks: AsyncIterable<Uint8Array>) {
  const iterator = chunks[Symbol.asyncIterator]()
  const read: Uint8Array[] = []
  let size = 0
  // A pipe may give a byte at a time.
  while (size < DETECTION_BYTES) {
    const { value, done } = await iterator.next()
    if (done) break
    read.push(value)
    size += value.length
  }
  async function* all(): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield* read
      for (;;) {
        const { value, done } = await iterator.next()
        if (done) return
        yield value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return { start: Buffer.concat(read).subarray(0, DETECTION_BYTES), all: all() }
}

/** What the byte order mark says; undefined for UTF-8, with a mark or without. */
function markedEncoding(start: Buffer, name: string): Utf16 | undefined {
  const mark = start.toString('hex', 0, 4)
  if (mark === 'fffe0000' || mark === '0000feff') {
    throw notText(name, 'it is UTF-32; convert it first: iconv -f UTF-32 -t UTF-8')
  }
  if (mark.startsWith('fffe')) return 'utf-16le'
  return mark.startsWith('feff') ? 'utf-16be' : undefined
}

async function* utf16Text(
  chunks: AsyncIterable<Uint8Array>,
  encoding: Utf16,
  name: string,
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  let line = 1
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined })
    } catch (cause) {
      const reason = `its byte order mark says ${encoding.toUpperCase()}, but it is not`
      throw notText(`${name}, from line ${line} on`, reason, cause)
    }
  }
  for await (const chunk of chunks) {
    const text = decode(chunk)
    line += countNewlines(text)
    yield text
  }
  yield decode()
}

/**
 * UTF-16 that would pass as UTF-8, as it is ASCII for the most part: more than every fourth byte is 0, and
 * all of these are first or all are second bytes.
 */
function unmarkedUtf16(start: Buffer): Utf16 | undefined {
  const zeros = [0, 0]
  for (const [at, byte] of start.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  if (Math.min(even, odd) > 0 || Math.max(even, odd) <= start.length / 4) return undefined
  return even > 0 ? 'utf-16be' : 'utf-16le'
}

const ENCODINGS = ['gb18030', 'utf-16le', 'utf-16be'] as const
/** What Chinese texts consist of. */
const USUAL = /[\p{Script=Han}\x20-\x7e\n\r\t，。、！？：；“”（）]/gu

/** The encoding in which the bytes are the most like a Chinese or an English text, as iconv calls it. */
function likelyEncoding(start: Buffer): string {
  const usual = ENCODINGS.map((encoding) => {
    const text = new TextDecoder(encoding).decode(start)
    return { encoding, share: (text.match(USUAL)?.length ?? 0) / Math.max(1, text.length) }
  })
  usual.sort((a, b) => b.share - a.share)
  return (usual[0]?.encoding ?? '').toUpperCase()
}

function withoutMark(name: string, encoding: Utf16): InputError {
  const called = encoding.toUpperCase()
  return notText(
    name,
    `it is ${called} without a byte order mark; convert it first: iconv -f ${called} -t UTF-8`,
  )
}

function notText(where: string, reason: string, cause?: unknown): InputError {
  const message = `${where}: ${reason}`
  return new InputError('input-encoding', message, { facts: { where }, cause })
}

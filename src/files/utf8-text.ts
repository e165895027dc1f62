import { isUtf8 } from 'node:buffer'
import { InputError } from '../errors/index.ts'
import { locationText, type RowLocation } from './column.ts'

const NEWLINE = 10
const BYTE_ORDER_MARK = '\uFEFF'

/**
 * Decodes UTF-8 chunk by chunk, wherever the chunks end; a byte order mark at the
 * start is dropped.
 * @param name of the file, for errors
 * @param likelyEncoding what it may be instead, as iconv calls it
 * @throws InputError naming the line that is not UTF-8.
 */
export async function* utf8Text(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  likelyEncoding: () => string,
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let carried: Uint8Array = new Uint8Array()
  let line = 1
  const decode = (bytes: Buffer, isFirst: boolean): string => {
    try {
      const text = decoder.decode(bytes)
      return isFirst && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
    } catch (cause) {
      const location = { name, line: line + linesBeforeFault(bytes) }
      throw notUtf8(location, likelyEncoding(), cause)
    }
  }
  let isFirst = true
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([carried, chunk])
    const end = lastCharacterEnd(bytes)
    carried = bytes.subarray(end)
    if (end === 0) continue
    const text = decode(bytes.subarray(0, end), isFirst)
    isFirst = false
    line += countNewlines(text)
    yield text
  }
  if (carried.length > 0) yield decode(Buffer.from(carried), isFirst)
}

/** Where the last whole character ends: a sequence that has begun waits for the next chunk. */
function lastCharacterEnd(bytes: Uint8Array): number {
  for (let start = bytes.length - 1; start >= Math.max(0, bytes.length - 4); start -= 1) {
    const byte = bytes[start] ?? 0
    const isContinuation = (byte & 0xc0) === 0x80
    if (isContinuation) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return start + length > bytes.length ? start : bytes.length
  }
  return bytes.length
}

/** Whole lines in front of the first one that is not UTF-8. */
function linesBeforeFault(bytes: Buffer): number {
  let lines = 0
  let start = 0
  for (;;) {
    const end = bytes.indexOf(NEWLINE, start)
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return lines
    lines += 1
    start = end + 1
  }
}

export function countNewlines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

function notUtf8(location: RowLocation, encoding: string, cause: unknown): InputError {
  return new InputError(
    'input-not-utf8',
    `${locationText(location)}: not UTF-8; convert the file first, e.g. iconv -f ${encoding} -t UTF-8`,
    { facts: { file: location.name, line: location.line }, cause },
  )
}

/** The lines of a text that comes in chunks, without their `\n` or `\r\n`. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string, void, void> {
  let rest = ''
  for await (const chunk of chunks) {
    // Splitting only where a line ends keeps a very long line from being copied with every chunk.
    if (!chunk.includes('\n')) {
      rest += chunk
      continue
    }
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield withoutReturn(line)
  }
  if (rest !== '') yield withoutReturn(rest)
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

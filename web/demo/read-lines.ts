import { textLines } from '../kit/text-lines.ts'

/** The lines of a text that have something in them, without the white space around them. */
export interface LinesFile {
  /** The first of them, `MOST_LINES` at most. */
  readonly texts: readonly string[]
  /** How many there are. */
  readonly found: number
}

/** More would take a browser minutes to encode. */
export const MOST_LINES = 20_000
/** More characters of a line than any model reads. */
const LONGEST_LINE = 10_000
/** A file is read in parts of so many bytes. */
const PART_BYTES = 1 << 20

/**
 * Reads a text file in UTF-8, in UTF-16 with a byte order mark, or in GB18030, which GBK and GB2312
 * are parts of. However large it is, only the lines that are returned are kept.
 * @returns undefined where the file is in none of them.
 */
export async function readLines(file: Blob): Promise<LinesFile | undefined> {
  for (const encoding of await encodingsOf(file)) {
    const lines = await readAs(file, encoding)
    if (lines) return lines
  }
  return undefined
}

export function linesOf(text: string): readonly string[] {
  return textLines(text).map((line) => line.slice(0, LONGEST_LINE))
}

async function encodingsOf(file: Blob): Promise<readonly string[]> {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer())
  if (first === 0xff && second === 0xfe) return ['utf-16le']
  if (first === 0xfe && second === 0xff) return ['utf-16be']
  return ['utf-8', 'gb18030']
}

async function readAs(file: Blob, encoding: string): Promise<LinesFile | undefined> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  const texts: string[] = []
  let found = 0
  const take = (text: string): void => {
    const lines = linesOf(text)
    found += lines.length
    texts.push(...lines.slice(0, MOST_LINES - texts.length))
  }
  let rest = ''
  for (let start = 0; start < file.size; start += PART_BYTES) {
    const bytes = await file.slice(start, start + PART_BYTES).arrayBuffer()
    const part = decode(decoder, bytes, start + PART_BYTES < file.size)
    if (part === undefined) return undefined
    const text = rest + part
    const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1
    take(text.slice(0, end))
    rest = text.slice(end, end + LONGEST_LINE)
  }
  take(rest)
  return { texts, found }
}

/** Undefined where the bytes are no text: in another encoding, or with characters no text has. */
function decode(decoder: TextDecoder, bytes: ArrayBuffer, stream: boolean): string | undefined {
  try {
    const text = decoder.decode(bytes, { stream })
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

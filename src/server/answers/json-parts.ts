/** Answers of up to so many rows are written at once. */
const FEW_ROWS = 32

/** A JSON answer of a head, rows and a tail. */
export interface JsonParts<Row> {
  /** Up to the first row. */
  readonly head: string
  readonly rows: readonly Row[]
  readonly write: (row: Row, index: number) => string
  /** After the last row. */
  readonly tail: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * A JSON answer. One of many rows is written a part at a time, as the client takes it, so that
 * neither memory nor the other requests bear all of it at once.
 */
export function jsonResponse<Row>(parts: JsonParts<Row>): Response {
  const headers = { 'content-type': 'application/json', ...parts.headers }
  const isShort = parts.rows.length <= FEW_ROWS
  return new Response(isShort ? [...textsOf(parts)].join('') : streamOf(parts), { headers })
}

function* textsOf<Row>({ head, rows, write, tail }: JsonParts<Row>): Generator<string> {
  yield head
  for (let start = 0; start < rows.length; start += FEW_ROWS) {
    const block = rows.slice(start, start + FEW_ROWS)
    const text = block.map((row, index) => write(row, start + index)).join(',')
    yield start === 0 ? text : `,${text}`
  }
  yield tail
}

function streamOf<Row>(parts: JsonParts<Row>): ReadableStream<Uint8Array> {
  const texts = textsOf(parts)
  const encoder = new TextEncoder()
  return new ReadableStream({
    pull(controller) {
      const { value, done } = texts.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
  })
}

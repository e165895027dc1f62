import type { Call } from '../app.ts'

/** Characters that are written at once: some milliseconds of numbers. */
const PART = 131_072

/** A JSON response of a head, rows and a tail. */
export interface JsonParts<Row> {
  /** Up to the first row. */
  readonly head: string
  readonly rows: readonly Row[]
  /** The JSON of a row, whole or in parts. */
  readonly write: (row: Row, index: number) => Iterable<string>
  /** After the last row. */
  readonly tail: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * A JSON response. A long one is written a part at a time, as the client takes it, so that neither
 * memory nor the other requests bear all of it at once.
 */
export function jsonResponse<Row>(call: Call, response: JsonParts<Row>): Response {
  const headers = { 'content-type': 'application/json', ...response.headers }
  const parts = partsOf(textsOf(response))
  const { value: first = '' } = parts.next()
  const { value: second, done } = parts.next()
  if (done) return new Response(first, { headers })
  return new Response(streamOf(call, joined([first, second], parts)), { headers })
}

function* textsOf<Row>({ head, rows, write, tail }: JsonParts<Row>): Generator<string, void> {
  yield head
  for (const [index, row] of rows.entries()) {
    if (index > 0) yield ','
    yield* write(row, index)
  }
  yield tail
}

function* partsOf(texts: Iterable<string>): Generator<string, void> {
  let part: string[] = []
  let length = 0
  for (const text of texts) {
    part.push(text)
    length += text.length
    if (length < PART) continue
    yield part.join('')
    part = []
    length = 0
  }
  yield part.join('')
}

function* joined<Item>(first: readonly Item[], others: Iterable<Item>): Generator<Item, void> {
  yield* first
  yield* others
}

function streamOf(call: Call, parts: Generator<string, void>): ReadableStream<Uint8Array> {
  const request = call.get('open')
  const encoder = new TextEncoder()
  request.isStreamed = true
  return new ReadableStream({
    start(controller) {
      request.signal.throwIfAborted()
      const end = () => endEarly(call, controller)
      request.signal.addEventListener('abort', end, { once: true })
    },
    pull(controller) {
      const { value, done } = parts.next()
      if (!done) return controller.enqueue(encoder.encode(value))
      controller.close()
      request.close()
    },
    cancel: () => request.close(),
  })
}

/** Ends a response so that its client sees that it is not whole. */
function endEarly(call: Call, controller: ReadableStreamDefaultController): void {
  // An error of the stream would be printed, and its message sent as the response's end.
  const outgoing = call.env?.outgoing
  if (outgoing) outgoing.destroy()
  else controller.error(call.get('open').signal.reason)
}

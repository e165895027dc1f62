import { z } from '@hono/zod-openapi'
import { reserveForBody } from '../access/index.ts'
import type { App, Service } from '../app.ts'
import type { TextInput } from '../engine/index.ts'
import { costOf, type ServedModel } from '../models/index.ts'
import { requireUntruncated, truncationHeader } from './encoded-response.ts'
import { addPost } from './endpoint.ts'
import { ENCODE_FAILURES } from './failure-lists.ts'
import { limitTexts, textsSchema } from './inputs.ts'
import { jsonResponse } from './json-response.ts'
import { teiFields } from './request-fields.ts'
import { vectorJson } from './vector-text.ts'

/** A response holds a vector for every token of a text: hundreds of times as much as an embedding. */
const MOST_TEXTS = 32

const responseSchema = z.array(z.array(z.array(z.number()))).openapi('TokenEmbeddings')

/** `POST /embed_all`. Reference: text-embeddings-inference. */
export function addTeiEmbedAll(app: App, service: Service): void {
  const { models, settings, memory } = service
  const limits = { ...settings, maxItems: Math.min(MOST_TEXTS, settings.maxItems) }
  const body = z.object({ inputs: textsSchema, ...teiFields(service) }).openapi('EmbedAllRequest')
  const endpoint = {
    path: '/embed_all',
    tag: 'text-embeddings-inference',
    summary: `The vectors of every token of up to ${MOST_TEXTS} texts, before pooling`,
    response: { description: 'One list of vectors a text, in order.', schema: responseSchema },
    failures: [...ENCODE_FAILURES, 'response-memory-full'],
    body,
  } as const
  const mostTokens = MOST_TEXTS * models.largest('maxLength')
  const tokenSize = models.largest('hiddenSize') * Float32Array.BYTES_PER_ELEMENT
  app.post(
    endpoint.path,
    reserveForBody(memory, (bytes) => tokenSize * Math.min(mostTokens, bytes)),
  )
  addPost(app, endpoint, async (request, call) => {
    const model = models.encoder(request.model)
    const prompt = model.prompt(request.prompt_name ?? undefined)
    const inputs = limitTexts(request.inputs, limits).map((text) => ({ text, prompt }))
    const open = call.get('open')
    memory.reserve(vectorBytes(inputs, model), open)
    const rows = await model.tokenVectors(inputs, open.signal)
    if (!request.truncate) requireUntruncated(rows, model)
    const { hiddenSize } = model.description
    return jsonResponse(call, {
      head: '[',
      rows,
      write: ({ data }) => vectorsJson(data, hiddenSize),
      tail: ']',
      headers: truncationHeader(rows),
    })
  })
}

/** As many as the vectors of all tokens have, as far as can be told without the tokenizer. */
function vectorBytes(inputs: readonly TextInput[], { description }: ServedModel): number {
  const { maxLength, hiddenSize } = description
  const tokens = inputs.reduce((sum, input) => sum + costOf(input, maxLength), 0)
  return tokens * hiddenSize * Float32Array.BYTES_PER_ELEMENT
}

function* vectorsJson(data: Float32Array, size: number): Generator<string> {
  yield '['
  for (let start = 0; start < data.length; start += size) {
    const vector = vectorJson(data.subarray(start, start + size))
    yield start === 0 ? vector : `,${vector}`
  }
  yield ']'
}

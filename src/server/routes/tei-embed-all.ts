import { z } from '@hono/zod-openapi'
import { jsonResponse, vectorJson } from '../answers/index.ts'
import type { App } from '../app.ts'
import type { Service } from '../service.ts'
import { cutHeader, requireUncut } from './encoded-answer.ts'
import { addPost } from './endpoint.ts'
import { ENCODE_FAILURES } from './failure-lists.ts'
import { limitTexts, textsSchema } from './inputs.ts'
import { teiFields } from './tei-fields.ts'

/** An answer holds a vector for every piece of a text: hundreds of times as much as an embedding. */
const MOST_TEXTS = 32

const answerSchema = z.array(z.array(z.array(z.number()))).openapi('PieceVectors')

/** `POST /embed_all`. Reference: text-embeddings-inference. */
export function addTeiEmbedAll(app: App, service: Service): void {
  const { models, settings } = service
  const limits = { ...settings, maxItems: Math.min(MOST_TEXTS, settings.maxItems) }
  const body = z.object({ inputs: textsSchema, ...teiFields(service) }).openapi('EmbedAllRequest')
  const endpoint = {
    path: '/embed_all',
    tag: 'text-embeddings-inference',
    summary: `The vectors of every piece of up to ${MOST_TEXTS} texts, before pooling`,
    answer: { description: 'One list of vectors a text, in order.', schema: answerSchema },
    failures: ENCODE_FAILURES,
    body,
  } as const
  addPost(app, endpoint, async (request) => {
    const model = models.get(request.model)
    const prompt = model.prompt(request.prompt_name ?? undefined)
    const texts = limitTexts(request.inputs, limits)
    const rows = await model.engine.pieceVectors({ texts, prompt })
    if (!request.truncate) requireUncut(rows, model)
    const { hiddenSize } = model.description
    return jsonResponse({
      head: '[',
      rows,
      write: ({ data }) => `[${vectorsJson(data, hiddenSize)}]`,
      tail: ']',
      headers: cutHeader(rows),
    })
  })
}

function vectorsJson(data: Float32Array, size: number): string {
  const vectors = Array.from({ length: data.length / size }, (_, row) => {
    return vectorJson(data.subarray(row * size, (row + 1) * size))
  })
  return vectors.join(',')
}

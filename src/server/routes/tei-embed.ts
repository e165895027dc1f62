import { z } from '@hono/zod-openapi'
import type { App, Call, Service } from '../app.ts'
import { finishVector } from '../models/index.ts'
import { checkDimensions, requireUntruncated, truncationHeader } from './encoded-response.ts'
import { addPost } from './endpoint.ts'
import { ENCODE_FAILURES } from './failure-lists.ts'
import { limitTexts, textsSchema } from './inputs.ts'
import { jsonResponse } from './json-response.ts'
import { optional, teiFields } from './request-fields.ts'
import { vectorJson } from './vector-text.ts'

const responseSchema = z.array(z.array(z.number())).openapi('Embeddings')

/** Where text-embeddings-inference has this: for its clients, for Hugging Face's, for SageMaker. */
const PATHS = ['/embed', '/', '/invocations']

/** `POST /embed`. Reference: text-embeddings-inference. */
export function addTeiEmbed(app: App, service: Service): void {
  const { models, settings } = service
  const body = z
    .object({
      inputs: textsSchema,
      ...teiFields(service),
      normalize: optional(z.boolean(), settings.normalize),
      dimensions: z.int().min(1).max(models.largest('dimensions')).nullish(),
    })
    .openapi('EmbedRequest')
  const endpoint = {
    tag: 'text-embeddings-inference',
    summary: 'Embed texts',
    response: { description: 'One vector a text, in order.', schema: responseSchema },
    failures: ENCODE_FAILURES,
    body,
  } as const
  const respond = async (request: z.output<typeof body>, call: Call) => {
    const model = models.encoder(request.model)
    const dimensions = checkDimensions(request.dimensions ?? undefined, model)
    const prompt = model.prompt(request.prompt_name ?? undefined)
    const inputs = limitTexts(request.inputs, settings).map((text) => ({ text, prompt }))
    const encoded = await model.encode(inputs, call.get('open').signal)
    if (!request.truncate) requireUntruncated(encoded, model)
    const finish = { dimensions, normalize: request.normalize }
    return jsonResponse(call, {
      head: '[',
      rows: encoded,
      write: ({ vector }) => [vectorJson(finishVector(vector, finish))],
      tail: ']',
      headers: truncationHeader(encoded),
    })
  }
  for (const path of PATHS) addPost(app, { ...endpoint, path }, respond)
}

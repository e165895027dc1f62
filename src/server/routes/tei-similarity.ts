import { z } from '@hono/zod-openapi'
import { similarityOf } from '../../similarity/index.ts'
import type { App, Service } from '../app.ts'
import { requireUntruncated, truncationHeader } from './encoded-response.ts'
import { addPost } from './endpoint.ts'
import { ENCODE_FAILURES } from './failure-lists.ts'
import { limitTexts, textListSchema } from './inputs.ts'
import { optional, teiFields } from './request-fields.ts'

const responseSchema = z.array(z.number()).openapi('Similarities')

/** `POST /similarity`. Reference: text-embeddings-inference. */
export function addTeiSimilarity(app: App, service: Service): void {
  const { models, settings } = service
  const { model: modelField, ...fields } = teiFields(service)
  const parameters = z.object(fields)
  const body = z
    .object({
      inputs: z.object({ source_sentence: z.string(), sentences: textListSchema }),
      parameters: optional(parameters, parameters.parse({})),
      model: modelField,
    })
    .openapi('SimilarityRequest')
  const endpoint = {
    path: '/similarity',
    tag: 'text-embeddings-inference',
    summary: 'How similar a sentence is to others, by the model’s own similarity',
    response: { description: 'One score a sentence, in order.', schema: responseSchema },
    failures: ENCODE_FAILURES,
    body,
  } as const
  addPost(app, endpoint, async ({ inputs, parameters: { prompt_name, truncate }, model }, call) => {
    const served = models.encoder(model)
    const prompt = served.prompt(prompt_name ?? undefined)
    const texts = limitTexts([inputs.source_sentence, ...inputs.sentences], settings)
    const encoded = await served.encode(
      texts.map((text) => ({ text, prompt })),
      call.get('open').signal,
    )
    if (!truncate) requireUntruncated(encoded, served)
    const [source, ...others] = encoded.map(({ vector }) => vector)
    const { similarity } = served.description
    const scores = source ? others.map((other) => similarityOf(similarity, source, other)) : []
    return call.json(scores, 200, truncationHeader(encoded))
  })
}

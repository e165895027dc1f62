import { z } from '@hono/zod-openapi'
import type { App, Service } from '../app.ts'
import { requireUntruncated, truncationHeader } from './encoded-response.ts'
import { addPost } from './endpoint.ts'
import { ENCODE_FAILURES } from './failure-lists.ts'
import { limitTexts, textListSchema } from './inputs.ts'
import { optional, teiFields } from './request-fields.ts'
import { rerankScores } from './rerank-scores.ts'

const rankSchema = z.object({ index: z.int(), text: z.string().optional(), score: z.number() })
const responseSchema = z.array(rankSchema).openapi('Ranks')

/** `POST /rerank`. Reference: text-embeddings-inference. */
export function addTeiRerank(app: App, service: Service): void {
  const { models, settings } = service
  const body = z
    .object({
      query: z.string(),
      texts: textListSchema,
      ...teiFields(service),
      raw_scores: optional(z.boolean(), false).openapi({
        description: 'Logits, in place of scores from 0 to 1.',
      }),
      return_text: optional(z.boolean(), false),
    })
    .openapi('RerankRequest')
  const endpoint = {
    path: '/rerank',
    tag: 'text-embeddings-inference',
    summary: 'How well texts answer a query, best first, by a cross-encoder',
    response: { description: 'Indices and scores.', schema: responseSchema },
    failures: ENCODE_FAILURES,
    body,
  } as const
  addPost(app, endpoint, async (request, call) => {
    const model = models.reranker(request.model)
    const prompt = model.prompt(request.prompt_name ?? undefined)
    const [query = ''] = limitTexts(request.query, settings)
    const documents = limitTexts(request.texts, settings)
    const { signal } = call.get('open')
    const scores = { isRaw: request.raw_scores, signal }
    const { ranking, pairs } = await rerankScores(model, { query, documents, prompt }, scores)
    if (!request.truncate) requireUntruncated(pairs, model)
    const ranks = ranking.map(({ index, score }) => ({
      index,
      ...(request.return_text ? { text: documents[index] } : {}),
      score,
    }))
    return call.json(ranks, 200, truncationHeader(pairs))
  })
}

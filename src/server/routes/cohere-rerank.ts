import { z } from '@hono/zod-openapi'
import type { App, Service } from '../app.ts'
import { sumTokens, truncationHeader } from './encoded-response.ts'
import { addPost } from './endpoint.ts'
import { ENCODE_FAILURES } from './failure-lists.ts'
import { limitTexts } from './inputs.ts'
import { optional, teiFields } from './request-fields.ts'
import { rerankScores } from './rerank-scores.ts'

const documentSchema = z.union([z.string(), z.object({ text: z.string() })])

const responseSchema = z
  .object({
    id: z.string(),
    model: z.string(),
    results: z.array(
      z.object({
        index: z.int(),
        relevance_score: z.number(),
        document: z.object({ text: z.string() }).optional(),
      }),
    ),
    usage: z.object({ total_tokens: z.int() }),
    meta: z.object({ api_version: z.object({ version: z.string() }) }),
  })
  .openapi('RerankResponse')

/**
 * `POST /v1/rerank` and `/v2/rerank`. Reference: the rerank routes of Cohere's API, version 1 and 2, and of
 * Jina's, version 1, which gives back the documents where a request does not say.
 */
export function addCohereRerank(app: App, service: Service): void {
  for (const version of ['1', '2'] as const) addVersion(app, service, version)
}

function addVersion(app: App, service: Service, version: '1' | '2'): void {
  const { models, settings } = service
  const body = z
    .object({
      model: teiFields(service).model,
      query: z.string(),
      documents: z.array(documentSchema).min(1),
      top_n: z.int().min(1).nullish(),
      return_documents: optional(z.boolean(), version === '1'),
    })
    .openapi(`RerankRequestV${version}`)
  const endpoint = {
    path: `/v${version}/rerank`,
    tag: 'Cohere and Jina',
    summary: 'How well documents answer a query, best first, by a cross-encoder',
    response: { description: 'Indices and scores from 0 to 1.', schema: responseSchema },
    failures: ENCODE_FAILURES,
    body,
  } as const
  addPost(app, endpoint, async (request, call) => {
    const model = models.reranker(request.model)
    const texts = request.documents.map((document) =>
      typeof document === 'string' ? document : document.text,
    )
    const [query = ''] = limitTexts(request.query, settings)
    const documents = limitTexts(texts, settings)
    const { signal } = call.get('open')
    const prompt = model.prompt(undefined)
    const scores = { isRaw: false, signal }
    const { ranking, pairs } = await rerankScores(model, { query, documents, prompt }, scores)
    const results = ranking.slice(0, request.top_n ?? undefined).map(({ index, score }) => ({
      index,
      relevance_score: score,
      ...(request.return_documents ? { document: { text: documents[index] ?? '' } } : {}),
    }))
    const response = {
      id: call.get('requestId'),
      model: model.name,
      results,
      usage: { total_tokens: sumTokens(pairs) },
      meta: { api_version: { version } },
    }
    return call.json(response, 200, truncationHeader(pairs))
  })
}

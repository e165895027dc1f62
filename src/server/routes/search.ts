import { z } from '@hono/zod-openapi'
import type { App } from '../app.ts'
import type { Service } from '../service.ts'
import { cutHeader, requireUncut } from './encoded-answer.ts'
import { addPost } from './endpoint.ts'
import { ENCODE_FAILURES } from './failure-lists.ts'
import { limitTexts, textsSchema } from './inputs.ts'
import { teiFields } from './tei-fields.ts'

const MOST_HITS = 1000
const MOST_CONDITIONS = 100

const hitSchema = z
  .object({
    id: z.string(),
    text: z.string(),
    score: z.number(),
    metadata: z.record(z.string(), z.union([z.string(), z.number()])),
  })
  .openapi('Hit')

const answerSchema = z
  .object({ index: z.string(), model: z.string(), results: z.array(z.array(hitSchema)) })
  .openapi('SearchAnswer')

/** `POST /search`, where there is an index; the interface is our own. */
export function addSearch(app: App, service: Service): void {
  const { indexes, settings } = service
  if (indexes.names.length === 0) return
  const { truncate, prompt_name } = teiFields(service)
  const body = z
    .object({
      query: textsSchema,
      index: z
        .string()
        .optional()
        .openapi({ enum: [...indexes.names], description: 'Default: the first index.' }),
      top: z.int().min(1).max(MOST_HITS).default(10),
      filter: z
        .array(z.string())
        .max(indexes.haveColumns ? MOST_CONDITIONS : 0, 'no index has columns to filter by')
        .default([])
        .openapi({
          example: [],
          description: 'Conditions, all of which must be true: year>=2020, source in ["a","b"].',
        }),
      hybrid: z
        .boolean()
        .default(false)
        .openapi({ description: 'Look for words too, and fuse both by rank.' }),
      prompt_name,
      truncate,
    })
    .openapi('SearchRequest')
  const endpoint = {
    path: '/search',
    tag: 'Search',
    summary: 'Find the texts of an index that are most like a query',
    answer: { description: 'One list a query, the best first.', schema: answerSchema },
    failures: [...ENCODE_FAILURES, 'index-unknown', 'index-failed'],
    body,
  } as const
  addPost(app, endpoint, async ({ query, index: name, ...request }, call) => {
    const index = indexes.get(name)
    const prompt = index.prompt(request.prompt_name ?? undefined)
    const texts = limitTexts(query, settings)
    const inputs = texts.map((text) => ({ text, prompt }))
    const { signal } = call.get('open')
    const encoded = await index.model.encode(inputs, signal)
    if (!request.truncate) requireUncut(encoded, index.model)
    const results = await index.search(texts, encoded, { ...request, signal })
    return call.json(
      { index: index.name, model: index.model.name, results },
      200,
      cutHeader(encoded),
    )
  })
}

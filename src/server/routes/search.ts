import { z } from '@hono/zod-openapi'
import type { App, Service } from '../app.ts'
import type { IndexRegistry } from '../indexes/index.ts'
import { requireUntruncated, truncationHeader } from './encoded-response.ts'
import { addPost } from './endpoint.ts'
import { ENCODE_FAILURES } from './failure-lists.ts'
import { limitTexts, textsSchema } from './inputs.ts'
import { optional, teiFields } from './request-fields.ts'

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

const responseSchema = z
  .object({ index: z.string(), model: z.string(), results: z.array(z.array(hitSchema)) })
  .openapi('SearchResponse')

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
        .nullish()
        .openapi({ enum: [...indexes.names, null], description: 'Default: the first index.' }),
      top: optional(z.int().min(1).max(MOST_HITS), 10),
      filter: optional(filterSchema(indexes), []),
      hybrid: optional(z.boolean(), false).openapi({
        description: 'Look for words too, and fuse both by rank.',
      }),
      prompt_name,
      truncate,
    })
    .openapi('SearchRequest')
  const endpoint = {
    path: '/search',
    tag: 'Search',
    summary: 'Find the texts of an index that are most like a query',
    response: { description: 'One list a query, the best first.', schema: responseSchema },
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
    if (!request.truncate) requireUntruncated(encoded, index.model)
    const results = await index.search(texts, encoded, { ...request, signal })
    return call.json(
      { index: index.name, model: index.model.name, results },
      200,
      truncationHeader(encoded),
    )
  })
}

/** Conditions in words; one message for all of them, as in `inputs.ts`. */
function filterSchema({ haveColumns }: IndexRegistry) {
  const maxItems = haveColumns ? MOST_CONDITIONS : 0
  const isFilter = (value: unknown) =>
    Array.isArray(value) &&
    value.length <= maxItems &&
    value.every((condition) => typeof condition === 'string')
  const message = haveColumns
    ? `must be an array of at most ${maxItems} strings`
    : 'no index has columns to filter by'
  return z.custom<readonly string[]>(isFilter, message).openapi({
    ...{ type: ['array', 'null'], items: { type: 'string' }, maxItems, example: [] },
    description: 'Conditions, all of which must be true: year>=2020, source in ["a","b"].',
  })
}

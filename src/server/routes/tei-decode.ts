import { z } from '@hono/zod-openapi'
import type { App } from '../app.ts'
import type { Service } from '../service.ts'
import { addPost } from './endpoint.ts'
import { QUEUE_FAILURES } from './failure-lists.ts'
import { idsSchema, requireFew, requireKnown, rowsOf } from './inputs.ts'
import { optional } from './optional.ts'
import { teiFields } from './tei-fields.ts'

/** `POST /decode`. Reference: text-embeddings-inference. */
export function addTeiDecode(app: App, service: Service): void {
  const { models, settings } = service
  const body = z
    .object({
      ids: idsSchema(models),
      skip_special_tokens: optional(z.boolean(), true),
      model: teiFields(service).model,
    })
    .openapi('DecodeRequest')
  const endpoint = {
    path: '/decode',
    tag: 'text-embeddings-inference',
    summary: 'The texts of token ids',
    answer: {
      description: 'One text a row, in order.',
      schema: z.array(z.string()).openapi('Texts'),
    },
    failures: [...QUEUE_FAILURES, 'token-id-unknown'],
    body,
  } as const
  addPost(app, endpoint, async (request, call) => {
    const model = models.get(request.model)
    const rows = rowsOf(request.ids)
    requireFew(rows.length, settings.maxItems)
    for (const ids of rows) requireKnown(ids, model.description.vocabularySize)
    const skipSpecial = request.skip_special_tokens
    const inputs = rows.map((ids) => ({ ids: Int32Array.from(ids), skipSpecial }))
    return call.json(await model.decode(inputs, call.get('open').signal))
  })
}

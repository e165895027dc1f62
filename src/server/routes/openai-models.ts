import { z } from '@hono/zod-openapi'
import type { App, Service } from '../app.ts'
import type { ServedModel } from '../models/index.ts'
import { addGet } from './endpoint.ts'
import { ACCESS_FAILURES } from './failure-lists.ts'

const modelSchema = z
  .object({
    id: z.string(),
    object: z.literal('model'),
    created: z.int(),
    owned_by: z.string(),
    kind: z.enum(['encoder', 'reranker']),
    dimensions: z.int().optional(),
    max_input_length: z.int(),
    similarity: z.string().optional(),
  })
  .openapi('OpenAIModel')

const listSchema = z
  .object({ object: z.literal('list'), data: z.array(modelSchema) })
  .openapi('OpenAIModels')

/** `GET /v1/models` and `/v1/models/NAME`. Reference: OpenAI's API, "Models". */
export function addOpenaiModels(app: App, { models, startedAt }: Service): void {
  const list = {
    path: '/v1/models',
    tag: 'OpenAI',
    summary: 'The models, the one first that routes take where a request names none',
    response: { description: 'The models.', schema: listSchema },
    failures: ACCESS_FAILURES,
  } as const
  addGet(app, list, (call) => {
    return call.json({
      object: 'list',
      data: [...models].map((model) => describe(model, startedAt)),
    })
  })
  const one = {
    path: '/v1/models/:name{.+}',
    tag: 'OpenAI',
    summary: 'One model',
    response: { description: 'The model.', schema: modelSchema },
    failures: [...ACCESS_FAILURES, 'model-unknown'],
    params: z.object({ name: z.string().openapi({ enum: [...models.names] }) }),
  } as const
  addGet(app, one, (call) => {
    return call.json(describe(models.get(call.req.param('name')), startedAt))
  })
}

function describe({ name, description }: ServedModel, created: number) {
  const { kind, dimensions, maxLength, similarity } = description
  return {
    id: name,
    object: 'model',
    created,
    owned_by: 'yuju',
    kind,
    max_input_length: maxLength,
    ...(kind === 'encoder' ? { dimensions, similarity } : {}),
  }
}

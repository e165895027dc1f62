import { z } from '@hono/zod-openapi'
import { packageVersion } from '../../files/index.ts'
import { instructionSets } from '../../runtime/index.ts'
import type { App, Service } from '../app.ts'
import type { EngineDescription } from '../engine/index.ts'
import { workersOf } from '../settings/index.ts'
import { addGet } from './endpoint.ts'
import { ACCESS_FAILURES } from './failure-lists.ts'

const id2label = z.record(z.string(), z.string())
const label2id = z.record(z.string(), z.int())

const infoSchema = z
  .object({
    model_id: z.string(),
    model_sha: z.string().nullable(),
    model_dtype: z.string(),
    model_type: z.union([
      z.object({ embedding: z.object({ pooling: z.string() }) }),
      z.object({ reranker: z.object({ id2label, label2id }) }),
    ]),
    max_concurrent_requests: z.int(),
    max_input_length: z.int(),
    max_batch_tokens: z.int(),
    max_batch_requests: z.int().nullable(),
    max_client_batch_size: z.int(),
    auto_truncate: z.boolean(),
    tokenization_workers: z.int(),
    version: z.string(),
    sha: z.string().nullable(),
    docker_label: z.string().nullable(),
    dimensions: z.int(),
    similarity: z.string(),
    prompts: z.array(z.string()),
    precision: z.string(),
    backend: z.string(),
    instruction_sets: z.string(),
  })
  .openapi('Info')

/** `GET /info`. Reference: text-embeddings-inference; what comes after `docker_label` is our own. */
export function addTeiInfo(app: App, { models, settings }: Service): void {
  const endpoint = {
    path: '/info',
    tag: 'text-embeddings-inference',
    summary: 'A model and the server’s limits',
    response: { description: 'The model.', schema: infoSchema },
    failures: [...ACCESS_FAILURES, 'model-unknown'],
    query: z.object({
      model: z
        .string()
        .optional()
        .openapi({ enum: [...models.names] }),
    }),
  } as const
  const [version, processor] = [packageVersion(), instructionSets()]
  addGet(app, endpoint, (call) => {
    const { name, description } = models.get(call.req.query('model'))
    return call.json({
      model_id: name,
      model_sha: null,
      model_dtype: description.weightType,
      model_type: modelType(description),
      max_concurrent_requests: settings.maxRequests,
      max_input_length: description.maxLength,
      max_batch_tokens: settings.batchTokens,
      max_batch_requests: null,
      max_client_batch_size: settings.maxItems,
      auto_truncate: settings.truncate,
      tokenization_workers: workersOf(settings).workers,
      version,
      sha: null,
      docker_label: null,
      dimensions: description.dimensions,
      similarity: description.similarity,
      prompts: Object.keys(description.prompts),
      precision: description.precision,
      backend: description.backend,
      instruction_sets: processor,
    })
  })
}

function modelType({ kind, pooling }: EngineDescription) {
  return kind === 'reranker'
    ? { reranker: { id2label: { '0': 'LABEL_0' }, label2id: { LABEL_0: 0 } } }
    : { embedding: { pooling } }
}

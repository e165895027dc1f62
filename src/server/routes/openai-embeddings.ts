import { z } from '@hono/zod-openapi'
import type { App, Call, Service } from '../app.ts'
import type { ModelInput } from '../engine/index.ts'
import { finishVector, type ServedModel } from '../models/index.ts'
import type { ServerSettings } from '../settings/index.ts'
import {
  checkDimensions,
  requireUntruncated,
  sumTokens,
  truncationHeader,
} from './encoded-response.ts'
import { addPost } from './endpoint.ts'
import { ENCODE_FAILURES } from './failure-lists.ts'
import {
  limitTexts,
  requireFew,
  rowsOf,
  type TextsOrIds,
  textsOrIdsSchema,
  tokenInputs,
} from './inputs.ts'
import { jsonResponse } from './json-response.ts'
import { optional, teiFields } from './request-fields.ts'
import { vectorBase64, vectorJson } from './vector-text.ts'

const responseSchema = z
  .object({
    object: z.literal('list'),
    data: z.array(
      z.object({
        object: z.literal('embedding'),
        index: z.int(),
        embedding: z.union([z.array(z.number()), z.string()]),
      }),
    ),
    model: z.string(),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
  })
  .openapi('OpenAIEmbeddings')

/**
 * `POST /v1/embeddings`, and `/embeddings` as text-embeddings-inference has it, where the model need not
 * be named. Reference: OpenAI's API, "Create embeddings".
 */
export function addOpenaiEmbeddings(app: App, service: Service): void {
  const { models, settings } = service
  const fields = {
    input: textsOrIdsSchema(models),
    encoding_format: optional(z.enum(['float', 'base64']), 'float'),
    dimensions: z
      .int()
      .min(1)
      .max(models.largest('dimensions'))
      .nullish()
      .openapi({ description: 'Keep the first so many.' }),
    user: z.string().nullish().openapi({ description: 'Ignored.' }),
    normalize: optional(z.boolean(), settings.normalize).openapi({
      description: 'Scale vectors to length 1. Not in OpenAI’s interface.',
    }),
  }
  const model = z.string().openapi({ enum: [...models.names] })
  const body = z.object({ ...fields, model }).openapi('OpenAIEmbeddingsRequest')
  const teiBody = z
    .object({ ...fields, model: teiFields(service).model })
    .openapi('EmbeddingsRequest')
  const endpoint = {
    path: '/v1/embeddings',
    tag: 'OpenAI',
    summary: 'Embed texts, or texts that are token ids already',
    description:
      'Token ids are those of the model’s own vocabulary and are taken as they are, special ' +
      'tokens included. X-Truncated-Texts says how many texts were truncated to the model’s limit.',
    response: { description: 'The embeddings, in the order of the input.', schema: responseSchema },
    failures: ENCODE_FAILURES,
    body,
  } as const
  const respond = async (request: z.output<typeof teiBody>, call: Call) => {
    const model = models.encoder(request.model)
    const dimensions = checkDimensions(request.dimensions ?? undefined, model)
    const inputs = inputsOf(request.input, model, settings)
    const encoded = await model.encode(inputs, call.get('open').signal)
    if (!settings.truncate) requireUntruncated(encoded, model)
    const finish = { dimensions, normalize: request.normalize }
    const isBase64 = request.encoding_format === 'base64'
    const tokens = sumTokens(encoded)
    return jsonResponse(call, {
      head: '{"object":"list","data":[',
      rows: encoded,
      write: ({ vector }, index) => {
        const finished = finishVector(vector, finish)
        const text = isBase64 ? `"${vectorBase64(finished)}"` : vectorJson(finished)
        return [`{"object":"embedding","index":${index},"embedding":${text}}`]
      },
      tail:
        `],"model":${JSON.stringify(model.name)},` +
        `"usage":{"prompt_tokens":${tokens},"total_tokens":${tokens}}}`,
      headers: truncationHeader(encoded),
    })
  }
  addPost(app, endpoint, respond)
  addPost(app, { ...endpoint, path: '/embeddings', body: teiBody }, respond)
}

function inputsOf(input: TextsOrIds, model: ServedModel, settings: ServerSettings): ModelInput[] {
  if (isTexts(input)) {
    const prompt = model.prompt(undefined)
    return limitTexts(input, settings).map((text) => ({ text, prompt }))
  }
  const rows = rowsOf(input)
  requireFew(rows.length, settings.maxItems)
  return tokenInputs(rows, model)
}

function isTexts(input: TextsOrIds): input is string | readonly string[] {
  return typeof input === 'string' || typeof input[0] === 'string'
}

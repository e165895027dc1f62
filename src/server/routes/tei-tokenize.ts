import { z } from '@hono/zod-openapi'
import { reserveForBody } from '../access/index.ts'
import type { App, Service } from '../app.ts'
import type { TextInput, TextTokens } from '../engine/index.ts'
import { costOf } from '../models/index.ts'
import { addPost } from './endpoint.ts'
import { QUEUE_FAILURES } from './failure-lists.ts'
import { idsSchema, limitTexts, requireFew, requireKnown, rowsOf, textsSchema } from './inputs.ts'
import { jsonResponse } from './json-response.ts'
import { optional, teiFields } from './request-fields.ts'

/** Its string, its id and their positions in lists. */
const TOKEN_BYTES = 48

const tokenSchema = z
  .object({
    id: z.int(),
    text: z.string(),
    special: z.boolean(),
    start: z.null(),
    stop: z.null(),
  })
  .openapi('Token')

/** `POST /tokenize`. Reference: text-embeddings-inference; offsets in the text are not given. */
export function addTeiTokenize(app: App, service: Service): void {
  const { models, settings, memory } = service
  const { model: modelField, prompt_name } = teiFields(service)
  const body = z
    .object({
      inputs: textsSchema,
      add_special_tokens: optional(z.boolean(), true),
      prompt_name,
      model: modelField,
    })
    .openapi('TokenizeRequest')
  const endpoint = {
    path: '/tokenize',
    tag: 'text-embeddings-inference',
    summary: 'The tokens of texts',
    description: 'All of them, whatever the model’s limit is; special tokens count towards it.',
    response: {
      description: 'One list of tokens a text, in order.',
      schema: z.array(z.array(tokenSchema)).openapi('Tokens'),
    },
    failures: [...QUEUE_FAILURES, 'response-memory-full'],
    body,
  } as const
  app.post(
    endpoint.path,
    reserveForBody(memory, (bytes) => TOKEN_BYTES * bytes),
  )
  addPost(app, endpoint, async (request, call) => {
    const model = models.get(request.model)
    const prompt = model.prompt(request.prompt_name ?? undefined)
    const inputs = limitTexts(request.inputs, settings).map((text) => ({ text, prompt }))
    const open = call.get('open')
    memory.reserve(tokenBytes(inputs), open)
    const rows = await model.tokenize(inputs, open.signal)
    const write = (tokens: TextTokens) => tokensJson(tokens, request.add_special_tokens)
    return jsonResponse(call, { head: '[', rows, write, tail: ']', headers: {} })
  })
}

function tokenBytes(inputs: readonly TextInput[]): number {
  return TOKEN_BYTES * inputs.reduce((sum, input) => sum + costOf(input), 0)
}

function* tokensJson(
  { ids, tokens, specialTokens: [before, after] }: TextTokens,
  withSpecial: boolean,
): Generator<string> {
  const end = ids.length - after
  const [first, last] = withSpecial ? [0, ids.length] : [before, end]
  yield '['
  for (let index = first; index < last; index += 1) {
    const special = index < before || index >= end
    const token = { id: ids[index], text: tokens[index], special, start: null, stop: null }
    yield index === first ? JSON.stringify(token) : `,${JSON.stringify(token)}`
  }
  yield ']'
}

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
    response: {
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

import { z } from '@hono/zod-openapi'
import { jsonResponse } from '../answers/index.ts'
import type { App } from '../app.ts'
import type { TextPieces } from '../engine/index.ts'
import type { Service } from '../service.ts'
import { addPost } from './endpoint.ts'
import { TEXT_FAILURES } from './failure-lists.ts'
import { limitTexts, textsSchema } from './inputs.ts'
import { teiFields } from './tei-fields.ts'

const tokenSchema = z
  .object({
    id: z.int(),
    text: z.string(),
    special: z.boolean(),
    start: z.null(),
    stop: z.null(),
  })
  .openapi('Token')

/** `POST /tokenize`. Reference: text-embeddings-inference; places in the text are not given. */
export function addTeiTokenize(app: App, service: Service): void {
  const { models, settings } = service
  const { model: modelField, prompt_name } = teiFields(service)
  const body = z
    .object({
      inputs: textsSchema,
      add_special_tokens: z.boolean().default(true),
      prompt_name,
      model: modelField,
    })
    .openapi('TokenizeRequest')
  const endpoint = {
    path: '/tokenize',
    tag: 'text-embeddings-inference',
    summary: 'The pieces of texts',
    description: 'All of them, whatever the model’s limit is; special pieces count towards it.',
    answer: {
      description: 'One list of pieces a text, in order.',
      schema: z.array(z.array(tokenSchema)).openapi('Tokens'),
    },
    failures: TEXT_FAILURES,
    body,
  } as const
  addPost(app, endpoint, async (request) => {
    const model = models.get(request.model)
    const prompt = model.prompt(request.prompt_name ?? undefined)
    const texts = limitTexts(request.inputs, settings)
    const rows = await model.engine.tokenize({ texts, prompt })
    const write = (pieces: TextPieces) => {
      return JSON.stringify(tokensOf(pieces, request.add_special_tokens))
    }
    return jsonResponse({ head: '[', rows, write, tail: ']', headers: {} })
  })
}

function tokensOf({ ids, tokens, frame: [before, behind] }: TextPieces, withSpecial: boolean) {
  const end = ids.length - behind
  const all = tokens.map((text, place) => ({
    id: ids[place] ?? 0,
    text,
    special: place < before || place >= end,
    start: null,
    stop: null,
  }))
  return withSpecial ? all : all.slice(before, end)
}

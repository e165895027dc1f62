import { z } from '../schema/index.ts'
import { check, componentSchema, parseJson } from './component.ts'
import { requireRightTruncation } from './tokenizer-config.ts'

const addedTokenSchema = z.pipe(
  z.object({
    id: z.int().check(z.nonnegative()),
    content: z.string(),
    single_word: z._default(z.boolean(), false),
    lstrip: z._default(z.boolean(), false),
    rstrip: z._default(z.boolean(), false),
    normalized: z._default(z.boolean(), false),
  }),
  z.transform((token) => ({
    id: token.id,
    content: token.content,
    singleWord: token.single_word,
    leftStrip: token.lstrip,
    rightStrip: token.rstrip,
    normalized: token.normalized,
  })),
)

const schema = z.object({
  added_tokens: z._default(z.array(addedTokenSchema), []),
  normalizer: z.nullish(componentSchema),
  pre_tokenizer: z.nullish(componentSchema),
  model: z.pipe(z.transform(withType), componentSchema),
  post_processor: z.nullish(componentSchema),
  truncation: z.nullish(z.object({ direction: z._default(z.string(), 'Right') })),
  padding: z.nullish(z.object({ pad_id: z._default(z.int().check(z.nonnegative()), 0) })),
})

/** A `tokenizer.json`, its parts still to be built. */
export type TokenizerDescription = z.infer<typeof schema>

/** @throws CheckpointError when the file is malformed. */
export function readTokenizerJson(text: string): TokenizerDescription {
  const description = check(schema, parseJson(text, 'tokenizer.json'), 'tokenizer.json')
  requireRightTruncation(
    description.truncation?.direction ?? 'right',
    'tokenizer.json: truncation.direction',
  )
  return description
}

// Old files leave the model's kind out; only byte-pair encoding has merges.
function withType(model: unknown): unknown {
  const isUntypedBpe =
    typeof model === 'object' && model !== null && 'merges' in model && !('type' in model)
  return isUntypedBpe ? { type: 'BPE', ...model } : model
}

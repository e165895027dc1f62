import { z } from 'zod'
import { check, componentSchema, parseJson } from './component.ts'
import { requireRightTruncation } from './tokenizer-config.ts'

const addedTokenSchema = z
  .object({
    id: z.int().nonnegative(),
    content: z.string(),
    single_word: z.boolean().default(false),
    lstrip: z.boolean().default(false),
    rstrip: z.boolean().default(false),
    normalized: z.boolean().default(false),
  })
  .transform((token) => ({
    id: token.id,
    content: token.content,
    singleWord: token.single_word,
    leftStrip: token.lstrip,
    rightStrip: token.rstrip,
    normalized: token.normalized,
  }))

const schema = z.object({
  added_tokens: z.array(addedTokenSchema).default([]),
  normalizer: componentSchema.nullish(),
  pre_tokenizer: componentSchema.nullish(),
  model: z.preprocess(withType, componentSchema),
  post_processor: componentSchema.nullish(),
  truncation: z.object({ direction: z.string().default('Right') }).nullish(),
  padding: z.object({ pad_id: z.int().nonnegative().default(0) }).nullish(),
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

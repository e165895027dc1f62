import { z } from '../schema/index.ts'
import { check, componentSchema, parseJson } from './component.ts'
import { requireRightTruncation } from './tokenizer-config.ts'

const id = z.int().check(z.nonnegative())
const flag = z._default(z.boolean(), false)
const addedTokenSchema = z.object({
  id,
  content: z.string(),
  single_word: flag,
  lstrip: flag,
  rstrip: flag,
  normalized: flag,
  special: flag,
})

const schema = z.looseObject({
  added_tokens: z._default(z.array(addedTokenSchema), []),
  normalizer: z.nullish(componentSchema),
  pre_tokenizer: z.nullish(componentSchema),
  model: z.pipe(z.transform(withType), componentSchema),
  post_processor: z.nullish(componentSchema),
  decoder: z.nullish(componentSchema),
  truncation: z.nullish(z.looseObject({ direction: z._default(z.string(), 'Right') })),
  padding: z.nullish(z.looseObject({ pad_id: z._default(id, 0) })),
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

/** The description of a vocabulary alone, which stays the map it is. */
export function wordPieceDescription(ids: ReadonlyMap<string, number>): TokenizerDescription {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    model: { type: 'WordPiece', vocab: ids },
  }
}

// Old files leave the model's kind out; only byte-pair encoding has merges.
function withType(model: unknown): unknown {
  const isUntypedBpe =
    typeof model === 'object' && model !== null && 'merges' in model && !('type' in model)
  return isUntypedBpe ? { type: 'BPE', ...model } : model
}

import { type LoadedTokenizer, loadTokenizer, type TokenizerOptions } from './load-tokenizer.ts'
import { createNormalizer } from './normalizer/create-normalizer.ts'
import { PipelineTokenizer } from './pipeline-tokenizer.ts'
import { createTemplate } from './post-processor/create-template.ts'
import { NO_SPECIAL_TOKENS } from './post-processor/template.ts'
import { createPreTokenizer } from './pre-tokenizer/create-pre-tokenizer.ts'
import type { Tokenizer } from './tokenizer.ts'

const PAD_TOKENS = ['[PAD]', '<pad>']

/**
 * The tokenizer that a model folder describes, as transformers loads it.
 *
 * `tokenizer.json` is preferred; without it, `vocab.txt` is read as BERT's WordPiece.
 * `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` are heeded as
 * transformers heeds them.
 *
 * @param files the texts of these five files, by name; absent for those that are not there.
 * @throws CheckpointError when a file is missing or malformed, or asks for a part (normalizer,
 *   pre-tokenizer, model, post-processor, tokenizer class) that yuju does not know.
 */
export function createTokenizer(
  files: ReadonlyMap<string, string>,
  options: TokenizerOptions = {},
): Tokenizer {
  const loaded = loadTokenizer(files, options)
  const { addedTokens, model, description } = loaded
  const { normalizer, pre_tokenizer: preTokenizer, post_processor: postProcessor } = description
  return new PipelineTokenizer({
    addedTokens,
    model,
    normalizer: normalizer ? createNormalizer(normalizer) : (text) => text,
    preTokenizer: preTokenizer ? createPreTokenizer(preTokenizer) : (text) => [text],
    template: postProcessor ? createTemplate(postProcessor) : NO_SPECIAL_TOKENS,
    padId: padIdOf(loaded),
  })
}

// Padding is masked, so that any id does where the tokenizer has no token for it.
function padIdOf({ config, model, addedTokens, description }: LoadedTokenizer): number {
  const { pad_token: named } = config.named
  const contents = named ? [named.content] : PAD_TOKENS
  const added = addedTokens.find(({ content }) => contents.includes(content))
  const inModel = contents.map((content) => model.idOf(content)).find((id) => id !== undefined)
  return added?.id ?? inModel ?? description.padding?.pad_id ?? 0
}

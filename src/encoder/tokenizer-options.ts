import { type Checkpoint, isStatic } from '../checkpoint/portable.ts'
import { type EncoderConfig, familyOf } from '../model/index.ts'
import type { TokenizerOptions } from '../tokenizer/index.ts'

/** How the tokenizer files of a model are to be read. Reference: AutoTokenizer of transformers 5. */
export function tokenizerOptions({
  config,
  lowercase,
}: Pick<Checkpoint, 'config' | 'lowercase'>): TokenizerOptions {
  const { tokenizer_class: named } = config.raw
  const usual = usualClass(config)
  const defaultClass = typeof named === 'string' ? named : usual
  // Of these kinds of models transformers says that their files often name a wrong class.
  const ignoresClass = usual === 'PreTrainedTokenizerFast'
  return { lowercase, rows: config.vocabularySize, defaultClass, ignoresClass }
}

/** The tokenizer class that transformers takes for a kind of model whose files name none. */
function usualClass(config: EncoderConfig): string | undefined {
  return isStatic({ config }) ? undefined : familyOf(config).classes[config.modelType]?.tokenizer
}

import type { Checkpoint } from '../checkpoint/portable.ts'
import type { TokenizerOptions } from '../tokenizer/index.ts'

/** The tokenizer class that transformers takes for a kind of model whose files name none. */
const CLASSES: Readonly<Record<string, string>> = {
  bert: 'BertTokenizer',
  roberta: 'RobertaTokenizer',
  'xlm-roberta': 'XLMRobertaTokenizer',
  camembert: 'CamembertTokenizer',
}

/** How the tokenizer files of a model are to be read. Reference: AutoTokenizer of transformers 5. */
export function tokenizerOptions({
  config: { raw, vocabularySize },
  lowercase,
}: Pick<Checkpoint, 'config' | 'lowercase'>): TokenizerOptions {
  const { tokenizer_class: named, model_type: kind } = raw
  const usual = typeof kind === 'string' ? CLASSES[kind] : undefined
  const defaultClass = typeof named === 'string' ? named : usual
  return { lowercase, rows: vocabularySize, defaultClass }
}

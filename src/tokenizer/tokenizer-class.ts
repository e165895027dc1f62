import type { Component } from './component.ts'
import type { TokenizerConfig } from './tokenizer-config.ts'
import type { TokenizerDescription } from './tokenizer-json.ts'

/** The classes of `transformers` that are BERT's WordPiece under several names. */
export const BERT_CLASSES: readonly string[] = [
  'BertTokenizer',
  'DistilBertTokenizer',
  'ElectraTokenizer',
]

const XLM_ROBERTA_CLASS = 'XLMRobertaTokenizer'

/**
 * The description as `transformers` (5) loads it: some tokenizer classes take only the vocabulary
 * and the rules from `tokenizer.json`, and the steps from their own code and from
 * `tokenizer_config.json`. The vectors of sentence-transformers come about this way.
 */
export function asLoadedByClass(
  description: TokenizerDescription,
  config: TokenizerConfig,
): TokenizerDescription {
  const { className = '' } = config
  const model = description.model.type
  if (BERT_CLASSES.includes(className) && model === 'WordPiece') {
    return {
      ...description,
      normalizer: bertNormalizerOf(config),
      pre_tokenizer: { type: 'BertPreTokenizer' },
    }
  }
  if (className === XLM_ROBERTA_CLASS && model === 'Unigram') {
    return {
      ...description,
      normalizer: description.normalizer && findPrecompiled(description.normalizer),
      pre_tokenizer: xlmRobertaPreTokenizer(config),
    }
  }
  return description
}

/** BERT's normalizer with the options of `tokenizer_config.json`. */
export function bertNormalizerOf(config: TokenizerConfig): Component {
  return {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: config.tokenize_chinese_chars,
    strip_accents: config.strip_accents,
    lowercase: config.do_lower_case,
  }
}

function xlmRobertaPreTokenizer(config: TokenizerConfig): Component {
  const scheme = config.add_prefix_space ? 'always' : 'never'
  return {
    type: 'Sequence',
    pretokenizers: [
      { type: 'WhitespaceSplit' },
      { type: 'Metaspace', replacement: '▁', prepend_scheme: scheme },
    ],
  }
}

function findPrecompiled(normalizer: Component): Component | undefined {
  if (normalizer.type === 'Precompiled') return normalizer
  const steps = Array.isArray(normalizer.normalizers) ? normalizer.normalizers : []
  return steps.find((step) => step?.type === 'Precompiled')
}

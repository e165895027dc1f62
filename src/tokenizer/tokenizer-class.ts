import type { Component } from './component.ts'
import type { TokenContent, TokenizerConfig } from './tokenizer-config.ts'
import type { TokenizerDescription } from './tokenizer-json.ts'

/** The classes of `transformers` that are BERT's WordPiece under several names. */
export const BERT_CLASSES: readonly string[] = [
  'BertTokenizer',
  'DistilBertTokenizer',
  'ElectraTokenizer',
]

const XLM_ROBERTA_CLASS = 'XLMRobertaTokenizer'

/** A class that takes the vocabulary from the files, and the steps from its own code. */
export type RebuiltClass = 'bert' | 'xlm-roberta'

/** Undefined for classes that take all steps from `tokenizer.json`. */
export function rebuiltClass(
  { model }: TokenizerDescription,
  { className = '' }: TokenizerConfig,
): RebuiltClass | undefined {
  if (BERT_CLASSES.includes(className) && model.type === 'WordPiece') return 'bert'
  return className === XLM_ROBERTA_CLASS && model.type === 'Unigram' ? 'xlm-roberta' : undefined
}

/**
 * The description as `transformers` (5) loads it: some tokenizer classes take only the vocabulary
 * and the rules from `tokenizer.json`, and the steps from their own code and from
 * `tokenizer_config.json`. The vectors of sentence-transformers come about this way.
 */
export function asLoadedByClass(
  description: TokenizerDescription,
  config: TokenizerConfig,
): TokenizerDescription {
  const { model, normalizer } = description
  switch (rebuiltClass(description, config)) {
    case 'bert':
      return {
        ...description,
        normalizer: bertNormalizer(config),
        pre_tokenizer: { type: 'BertPreTokenizer' },
        decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
        model: {
          type: 'WordPiece',
          unk_token: bertTokens(config).unk_token.content,
          continuing_subword_prefix: '##',
          max_input_chars_per_word: 100,
          vocab: model.vocab,
        },
      }
    case 'xlm-roberta':
      return {
        ...description,
        normalizer: normalizer && findPrecompiled(normalizer),
        pre_tokenizer: xlmRobertaPreTokenizer(config),
      }
    default:
      return description
  }
}

const BERT_TOKENS = {
  unk_token: special('[UNK]'),
  sep_token: special('[SEP]'),
  pad_token: special('[PAD]'),
  cls_token: special('[CLS]'),
  mask_token: special('[MASK]'),
}

/** The special tokens by their role: as the configuration names them, or as is usual for BERT. */
export function bertTokens({ named }: TokenizerConfig) {
  return { ...BERT_TOKENS, ...named }
}

function special(content: string): TokenContent {
  return { content, special: true }
}

/** BERT's normalizer with the options of `tokenizer_config.json`. */
function bertNormalizer(config: TokenizerConfig): Component {
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

import { CheckpointError } from '../errors/index.ts'
import type { AddedToken } from './added-tokens.ts'
import { createModel } from './model/create-model.ts'
import type { Model } from './model/model.ts'
import { WORDPIECE_DEFAULTS, WordPiece } from './model/wordpiece.ts'
import { createNormalizer } from './normalizer/create-normalizer.ts'
import { PipelineTokenizer } from './pipeline-tokenizer.ts'
import { createFrame } from './post-processor/create-frame.ts'
import { BARE_FRAME, bertFrame } from './post-processor/frame.ts'
import { bertWords } from './pre-tokenizer/bert-words.ts'
import { createPreTokenizer } from './pre-tokenizer/create-pre-tokenizer.ts'
import { withSpecialTokens } from './special-tokens.ts'
import type { Tokenizer } from './tokenizer.ts'
import { asLoadedByClass, BERT_CLASSES, bertNormalizerOf } from './tokenizer-class.ts'
import { readTokenizerConfig, type TokenizerConfig } from './tokenizer-config.ts'
import { readTokenizerJson } from './tokenizer-json.ts'
import { readVocabulary } from './vocabulary-file.ts'

const PAD_PIECES = ['[PAD]', '<pad>']

/**
 * The tokenizer that a model folder describes.
 *
 * `tokenizer.json` is preferred; without it, `vocab.txt` is read as BERT's WordPiece.
 * `tokenizer_config.json` and `special_tokens_map.json` are heeded as `transformers` heeds them.
 *
 * @param files the texts of these four files, by name; those that are not there left out.
 * @throws CheckpointError when a file is missing or malformed, or asks for a part (normalizer,
 *   pre-tokenizer, model, post-processor, tokenizer class) that yuju does not know.
 */
export function createTokenizer(files: ReadonlyMap<string, string>): Tokenizer {
  const config = readTokenizerConfig(files)
  const json = files.get('tokenizer.json')
  if (json !== undefined) return fromTokenizerJson(json, config)
  const vocabulary = files.get('vocab.txt')
  if (vocabulary !== undefined) return fromVocabulary(vocabulary, config)
  throw new CheckpointError(
    'tokenizer-file-missing',
    'The model folder has neither tokenizer.json nor vocab.txt, one of which yuju needs' +
      (files.size > 0 ? `; it has ${[...files.keys()].join(', ')}` : ''),
    { facts: { files: [...files.keys()] } },
  )
}

function fromTokenizerJson(json: string, config: TokenizerConfig): Tokenizer {
  const description = asLoadedByClass(readTokenizerJson(json), config)
  const { normalizer, pre_tokenizer: preTokenizer, post_processor: frame } = description
  const model = createModel(description.model)
  const addedTokens = withSpecialTokens(description.added_tokens, config, model)
  return new PipelineTokenizer({
    addedTokens,
    model,
    normalizer: normalizer ? createNormalizer(normalizer) : (text) => text,
    preTokenizer: preTokenizer ? createPreTokenizer(preTokenizer) : (text) => [text],
    frame: frame ? createFrame(frame) : BARE_FRAME,
    padId: padIdOf(config, model, addedTokens) ?? description.padding?.pad_id ?? 0,
  })
}

function fromVocabulary(text: string, config: TokenizerConfig): Tokenizer {
  requireBertClass(config)
  const model = new WordPiece(readVocabulary(text), {
    ...WORDPIECE_DEFAULTS,
    unknownPiece: config.unk_token?.content ?? '[UNK]',
  })
  const named = {
    ...config,
    unk_token: config.unk_token ?? token('[UNK]'),
    sep_token: config.sep_token ?? token('[SEP]'),
    pad_token: config.pad_token ?? token('[PAD]'),
    cls_token: config.cls_token ?? token('[CLS]'),
    mask_token: config.mask_token ?? token('[MASK]'),
  }
  const addedTokens = withSpecialTokens([], named, model)
  return new PipelineTokenizer({
    addedTokens,
    model,
    normalizer: createNormalizer(bertNormalizerOf(config)),
    preTokenizer: bertWords,
    frame: bertFrame(
      requirePiece(model, named.cls_token.content),
      requirePiece(model, named.sep_token.content),
    ),
    padId: padIdOf(named, model, addedTokens) ?? 0,
  })
}

function token(content: string) {
  return { content, lstrip: false, rstrip: false, single_word: false }
}

function requireBertClass({ className }: TokenizerConfig): void {
  if (className === undefined || BERT_CLASSES.includes(className)) return
  throw new CheckpointError(
    'tokenizer-class-unknown',
    `tokenizer_config.json names the tokenizer class ${className}; from a vocab.txt alone yuju ` +
      `knows ${BERT_CLASSES.join(', ')}. A tokenizer.json would describe the others as well`,
    { facts: { className, known: BERT_CLASSES } },
  )
}

function requirePiece(model: Model, piece: string): number {
  const id = model.idOf(piece)
  if (id !== undefined) return id
  throw new CheckpointError(
    'tokenizer-piece-missing',
    `vocab.txt lacks the special piece ${piece} that every text is framed with`,
    { facts: { piece } },
  )
}

// Padding is masked, so that any number does where the tokenizer has no piece for it.
function padIdOf(
  config: TokenizerConfig,
  model: Model,
  addedTokens: readonly AddedToken[],
): number | undefined {
  const names = config.pad_token ? [config.pad_token.content] : PAD_PIECES
  const added = addedTokens.find(({ content }) => names.includes(content))
  return added?.id ?? names.map((name) => model.idOf(name)).find((id) => id !== undefined)
}

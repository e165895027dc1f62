import { CheckpointError } from '../errors/index.ts'
import type { AddedToken } from './added-tokens.ts'
import { addedTokensOf } from './added-vocabulary.ts'
import type { Component } from './component.ts'
import { createModel } from './model/create-model.ts'
import type { TokenizerModel } from './model/model.ts'
import { asLoadedByClass, BERT_CLASSES, bertTokens, rebuiltClass } from './tokenizer-class.ts'
import { readTokenizerConfig, type TokenContent, type TokenizerConfig } from './tokenizer-config.ts'
import {
  readTokenizerJson,
  type TokenizerDescription,
  wordPieceDescription,
} from './tokenizer-json.ts'
import { readVocabulary } from './vocabulary-file.ts'

export interface TokenizerOptions {
  /** Whether texts are lower-cased first; added tokens are looked for before that. Default: no. */
  readonly lowercase?: boolean | undefined
  /** The class of the tokenizer, as transformers names it, where its files name none. */
  readonly defaultClass?: string | undefined
  /** Whether `tokenizer.json`, where there is one, has all steps, whatever class is named. Default: no. */
  readonly ignoresClass?: boolean | undefined
  /** Rows of the model's table of word vectors. Default: as many as there are tokens. */
  readonly rows?: number | undefined
}

/** A folder's tokenizer as transformers would have it once it is loaded. */
export interface LoadedTokenizer {
  /** All steps, in the form of `tokenizer.json`. */
  readonly description: TokenizerDescription
  readonly model: TokenizerModel
  readonly addedTokens: readonly AddedToken[]
  readonly config: TokenizerConfig
}

/**
 * Reads the files of a tokenizer, by name: `tokenizer.json` or else `vocab.txt` as BERT's WordPiece,
 * and, as transformers heeds them, `tokenizer_config.json`, `special_tokens_map.json` and
 * `added_tokens.json`.
 * @throws CheckpointError when a file is missing, malformed or of a kind that yuju does not know.
 */
export function loadTokenizer(
  files: ReadonlyMap<string, string>,
  { lowercase = false, defaultClass, ignoresClass = false, rows }: TokenizerOptions = {},
): LoadedTokenizer {
  const read = readTokenizerConfig(files, defaultClass ?? classOfVocabulary(files))
  const isIgnored = ignoresClass && files.has('tokenizer.json')
  const config = isIgnored ? { ...read, className: undefined } : read
  const stored = readDescription(files, config)
  const loaded = asLoadedByClass(stored, config)
  const model = createModel(loaded.model)
  const isBert = rebuiltClass(stored, config) === 'bert'
  const addedTokens = addedTokensOf(stored, config, { model, rows })
  const description = {
    ...loaded,
    added_tokens: addedTokens.map(addedTokenJson),
    normalizer: lowercase ? lowercasedFirst(loaded.normalizer) : loaded.normalizer,
    post_processor: isBert ? bertProcessing(config, model) : loaded.post_processor,
  }
  return { description, model, addedTokens, config }
}

/**
 * The `tokenizer.json` of a model folder, for programs that read nothing else: its own, changed to
 * what the files beside it make of it, or one written from its `vocab.txt`.
 */
export function tokenizerJsonText(
  files: ReadonlyMap<string, string>,
  options: TokenizerOptions = {},
): string {
  return jsonOf(loadTokenizer(files, options).description)
}

/** As `tokenizerJsonText`, without special tokens around texts, padding or a limit. */
export function bareTokenizerText(
  files: ReadonlyMap<string, string>,
  options: TokenizerOptions = {},
): string {
  const { description } = loadTokenizer(files, options)
  const bare = { truncation: null, padding: null, post_processor: null }
  return jsonOf({ ...description, ...bare })
}

/** The vocabulary of a `vocab.txt` is a map; JSON has objects. */
function jsonOf(description: object): string {
  return JSON.stringify(description, (_, value: unknown) =>
    value instanceof Map ? Object.fromEntries(value) : value,
  )
}

function classOfVocabulary(files: ReadonlyMap<string, string>): string | undefined {
  return files.has('tokenizer.json') ? undefined : BERT_CLASSES[0]
}

function readDescription(
  files: ReadonlyMap<string, string>,
  { className = '' }: TokenizerConfig,
): TokenizerDescription {
  const json = files.get('tokenizer.json')
  if (json !== undefined) return readTokenizerJson(json)
  const vocabulary = files.get('vocab.txt')
  if (vocabulary === undefined) throw filesMissing(files)
  if (!BERT_CLASSES.includes(className)) throw classUnknown(className)
  return wordPieceDescription(readVocabulary(vocabulary))
}

function lowercasedFirst(normalizer: Component | null | undefined): Component {
  const lowering = { type: 'Lowercase' }
  return normalizer ? { type: 'Sequence', normalizers: [lowering, normalizer] } : lowering
}

function bertProcessing(config: TokenizerConfig, model: TokenizerModel): Component {
  const withId = ({ content }: TokenContent) => [content, requireToken(model, content)]
  const { cls_token: cls, sep_token: sep } = bertTokens(config)
  return { type: 'BertProcessing', sep: withId(sep), cls: withId(cls) }
}

function requireToken(model: TokenizerModel, token: string): number {
  const id = model.idOf(token)
  if (id !== undefined) return id
  throw new CheckpointError(
    'tokenizer-token-missing',
    `the vocabulary lacks the special token ${token} that every text gets`,
    { facts: { token: token } },
  )
}

function addedTokenJson({ id, content, special, normalized, ...token }: AddedToken) {
  const { singleWord: single_word, leftStrip: lstrip, rightStrip: rstrip } = token
  return { id, content, single_word, lstrip, rstrip, normalized, special }
}

function filesMissing(files: ReadonlyMap<string, string>): CheckpointError {
  return new CheckpointError(
    'tokenizer-file-missing',
    'The model folder has neither tokenizer.json nor vocab.txt, one of which yuju needs' +
      (files.size > 0 ? `; it has ${[...files.keys()].join(', ')}` : ''),
    { facts: { files: [...files.keys()] } },
  )
}

function classUnknown(className: string): CheckpointError {
  return new CheckpointError(
    'tokenizer-class-unknown',
    `the model names the tokenizer class ${className}; from a vocab.txt alone yuju knows ` +
      `${BERT_CLASSES.join(', ')}. A tokenizer.json would describe the others as well`,
    { facts: { className, known: BERT_CLASSES } },
  )
}

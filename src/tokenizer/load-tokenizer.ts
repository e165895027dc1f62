import { CheckpointError } from '../errors/index.ts'
import type { AddedToken } from './added-tokens.ts'
import { AddedVocabulary } from './added-vocabulary.ts'
import type { Component } from './component.ts'
import { createModel } from './model/create-model.ts'
import type { Model } from './model/model.ts'
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
  /** Rows of the model's table of word vectors. Default: as many as there are tokens. */
  readonly rows?: number | undefined
}

/** A folder's tokenizer as transformers would have it once it is loaded. */
export interface LoadedTokenizer {
  /** All steps, in the form of `tokenizer.json`. */
  readonly description: TokenizerDescription
  readonly model: Model
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
  { lowercase = false, defaultClass, rows }: TokenizerOptions = {},
): LoadedTokenizer {
  const config = readTokenizerConfig(files, defaultClass ?? classOfVocabulary(files))
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

/**
 * The tokens beside the model's, in the order in which the reference adds them: those the files list,
 * by their ids there; special tokens that only have a role; further special tokens. One that only has
 * a role, and no row, is left out: with it the reference fails. Reference: `TokenizersBackend.__init__`
 * of transformers 5.
 */
function addedTokensOf(
  stored: TokenizerDescription,
  config: TokenizerConfig,
  { model, rows = Number.POSITIVE_INFINITY }: { readonly model: Model } & TokenizerOptions,
): readonly AddedToken[] {
  const rebuilt = rebuiltClass(stored, config)
  const added = new AddedVocabulary(model)
  if (!rebuilt) added.add(stored.added_tokens)
  added.add(listedTokens(stored, config))
  const named = Object.values(rebuilt === 'bert' ? bertTokens(config) : config.named)
  const roles = named.filter(({ content }) => !added.has(content))
  added.add([...roles, ...config.extra.filter(({ content }) => !added.has(content))])
  const isRole = ({ content }: AddedToken) => roles.some((role) => role.content === content)
  return added.tokens.filter((token) => token.id < rows || !isRole(token))
}

function listedTokens(
  { added_tokens: stored }: TokenizerDescription,
  { listed, hasDecoder }: TokenizerConfig,
): TokenContent[] {
  const older = hasDecoder ? [] : stored.map((token) => [token.id, token] as const)
  const byId = [...new Map([...listed, ...older])]
  return byId.sort(([a], [b]) => a - b).map(([, token]) => token)
}

function lowercasedFirst(normalizer: Component | null | undefined): Component {
  const lowering = { type: 'Lowercase' }
  return normalizer ? { type: 'Sequence', normalizers: [lowering, normalizer] } : lowering
}

function bertProcessing(config: TokenizerConfig, model: Model): Component {
  const framing = ({ content }: TokenContent) => [content, requireToken(model, content)]
  const { cls_token: cls, sep_token: sep } = bertTokens(config)
  return { type: 'BertProcessing', sep: framing(sep), cls: framing(cls) }
}

function requireToken(model: Model, token: string): number {
  const id = model.idOf(token)
  if (id !== undefined) return id
  throw new CheckpointError(
    'tokenizer-token-missing',
    `the vocabulary lacks the special token ${token} that every text is framed with`,
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

import {
  type Checkpoint,
  type EncoderConfig,
  readWeightBytes,
  tableName,
  type Weight,
} from '../../checkpoint/index.ts'
import { tokenizerOptions } from '../../encoder/index.ts'
import { CheckpointError, InputError } from '../../errors/index.ts'
import { KeptTokens } from './kept-tokens.ts'
import { trimTokenizer } from './trim-tokenizer.ts'
import { type Vocabulary, vocabularyOf } from './vocabulary.ts'

/** Which tokens stay in a vocabulary that is trimmed. */
export interface TrimOptions {
  /** Tokens seen at least this often stay. Default 3. */
  readonly minCount?: number
  /** Whether every token that is one Han character stays, seen or not. Default true. */
  readonly keepHan?: boolean
}

const HAN = /^\p{Script=Han}$/u
/** What unusual words are spelled with; `▁` is a space, `##` and `</w>` say where in a word it is. */
const SPELLING = /^(?:##)?[\p{P}A-Za-z0-9▁](?:<\/w>)?$/u

/**
 * A model with a smaller vocabulary: its tokenizer is rewritten, and its word table has the rows of
 * the tokens that stay, in memory, in the element type they are stored in.
 *
 * What stays: tokens seen at least `minCount` times, single Han characters, punctuation, Latin
 * letters and digits, special and byte tokens, and what the tokenizer builds these from. A text whose
 * tokens all stay is split as before and has the same vector. (A word that WordPiece could not spell,
 * and so called unknown, may become spellable when a token that led it astray is gone.)
 *
 * @param counts how often each token was seen, by id, as `countTokens` gives it
 * @throws InputError for counts that are not this model's; CheckpointError when the tokenizer cannot
 *   be rewritten.
 */
export async function trimVocabulary(
  checkpoint: Checkpoint,
  counts: ArrayLike<number>,
  { minCount = 3, keepHan = true }: TrimOptions = {},
): Promise<Checkpoint> {
  const { config, weights, tokenizerFiles } = checkpoint
  requireCounts(counts, minCount, config)
  const vocabulary = vocabularyOf(tokenizerFiles, tokenizerOptions(checkpoint))
  const chosen = chosenTokens(vocabulary, counts, { minCount, keepHan })
  // Positions are counted from the padding's id on: it must not move.
  for (let id = 0; id < config.positionOffset; id += 1) chosen.add(id)
  chosen.add(config.padId)
  const kept = new KeptTokens(vocabulary.withParts(chosen))
  const table = weights.get(tableName(checkpoint))
  if (!table || (kept.ids.at(-1) ?? 0) >= config.vocabularySize) throw tooFewRows(checkpoint, kept)
  const words = await gatherRows(table, kept.ids)
  return {
    ...checkpoint,
    config: trimConfig(config, kept),
    weights: new Map([...weights, [tableName(checkpoint), words]]),
    tokenizerFiles: trimTokenizer(tokenizerFiles, kept),
  }
}

function chosenTokens(
  { ids, required, textOf }: Vocabulary,
  counts: ArrayLike<number>,
  { minCount, keepHan }: Required<TrimOptions>,
): Set<number> {
  const chosen = new Set(required)
  for (const [token, id] of ids) {
    const text = textOf(token)
    const isCharacter = SPELLING.test(text) || (keepHan && HAN.test(text))
    if (isCharacter || (counts[id] ?? 0) >= minCount) chosen.add(id)
  }
  return chosen
}

function trimConfig(config: EncoderConfig, kept: KeptTokens): EncoderConfig {
  const ids = Object.entries(config.raw).flatMap(([key, value]) =>
    key.endsWith('_token_id') && typeof value === 'number'
      ? [[key, kept.newId(value) ?? null] as const]
      : [],
  )
  const size = kept.ids.length
  return {
    ...config,
    vocabularySize: size,
    padId: kept.newId(config.padId) ?? 0,
    raw: { ...config.raw, ...Object.fromEntries(ids), vocab_size: size },
  }
}

function requireCounts(counts: ArrayLike<number>, minCount: number, config: EncoderConfig): void {
  if (!Number.isInteger(minCount) || minCount < 1) {
    throw new InputError(
      'distil-min-count',
      `minCount must be a whole number from 1, but it is ${minCount}`,
      { facts: { minCount } },
    )
  }
  if (counts.length > 0 && counts.length <= config.vocabularySize) return
  throw new InputError(
    'distil-counts',
    `there are ${counts.length} counts for a vocabulary of ${config.vocabularySize}; count the ` +
      'tokens with this very model',
    { facts: { counts: counts.length, vocabularySize: config.vocabularySize } },
  )
}

function tooFewRows({ folder, config }: Checkpoint, kept: KeptTokens): CheckpointError {
  return new CheckpointError(
    'checkpoint-vocabulary-size',
    `the tokenizer of ${folder} has a token ${kept.ids.at(-1)}, but the embedding table only ` +
      `${config.vocabularySize} rows; the folder mixes files of two models`,
    { facts: { folder, rows: config.vocabularySize } },
  )
}

/** Rows that are read at once. */
const SLAB = 4096

/** A weight of some rows of another, [kept, …], in the element type it has; in memory. */
export async function gatherRows(weight: Weight, rows: readonly number[]): Promise<Weight> {
  const [all = 0, ...rest] = weight.shape
  const rowBytes = byteLengthOf(weight) / all
  const bytes = new Uint8Array(rows.length * rowBytes)
  let next = 0
  for (let start = 0; start < all && next < rows.length; start += SLAB) {
    const end = Math.min(start + SLAB, all)
    const slab = await readWeightBytes(rangeOf(weight, start * rowBytes, end * rowBytes))
    for (; (rows[next] ?? all) < end; next += 1) {
      const offset = ((rows[next] ?? 0) - start) * rowBytes
      bytes.set(slab.subarray(offset, offset + rowBytes), next * rowBytes)
    }
  }
  return { ...weight, shape: [rows.length, ...rest], data: { bytes } }
}

function byteLengthOf({ data }: Weight): number {
  return 'bytes' in data ? data.bytes.byteLength : data.byteLength
}

function rangeOf(weight: Weight, start: number, end: number): Weight {
  const { data } = weight
  return {
    ...weight,
    data:
      'bytes' in data
        ? { bytes: data.bytes.subarray(start, end) }
        : { ...data, offset: data.offset + start, byteLength: end - start },
  }
}

import {
  type Checkpoint,
  NO_LIMIT,
  STATIC_POOLING,
  staticConfig,
  TABLE_NAME,
  type Weight,
} from '../../checkpoint/index.ts'
import { type SentenceEncoder, tokenizerOptions } from '../../encoder/index.ts'
import { InputError } from '../../errors/index.ts'
import { given } from '../../options/index.ts'
import { type Matrix, rowOf } from '../../similarity/index.ts'
import { bareTokenizerText, createTokenizer, tokenizerJsonText } from '../../tokenizer/index.ts'
import { countTokens } from '../vocabulary/count-tokens.ts'
import { parseTokenizer } from '../vocabulary/tokenizer-content.ts'
import { principalComponents } from './principal-components.ts'

/** How the table of a static student is made of a teacher. */
export interface StaticStudentOptions {
  /** D, the length of the vectors; at most the teacher's. Default 256. */
  readonly dimensions?: number
  /**
   * a of the weight a/(a+p) of a token that is the share p of all tokens; the smaller, the less do
   * frequent tokens count. Default 1e-3.
   */
  readonly sif?: number
  /**
   * Texts whose tokens are counted for p. Default: Zipf's law, p of the token with id n of the
   * vocabulary in proportion to 1/(n+2), for vocabularies with the frequent tokens first.
   */
  readonly texts?: Iterable<string> | AsyncIterable<string>
  readonly signal?: AbortSignal
}

/**
 * A static student: no transformer, but a table with a vector for each token of the teacher's
 * vocabulary; a text's vector is the mean of its tokens', scaled to length 1. Each token is encoded
 * by the teacher, between its special tokens and without a prompt; then come principal components,
 * and the weight of the token, which is folded into the table. Special tokens have zeros.
 *
 * It can be used as it is, and is a far better student after distilling.
 *
 * Source: Tulkens and van Dongen 2024, "Model2Vec"; the weight: Arora et al. 2017, "A simple but
 * tough-to-beat baseline for sentence embeddings".
 * @throws InputError for an `a` that is not positive, or more dimensions than the teacher has.
 */
export async function buildStaticStudent(
  teacher: SentenceEncoder,
  options: StaticStudentOptions = {},
): Promise<Checkpoint> {
  const { dimensions = 256, sif = 1e-3, texts, signal } = options
  requireSif(sif)
  const { checkpoint } = teacher
  const table = await projected(await tokenVectors(teacher, signal), dimensions)
  const counting = { prompt: '', ...given({ signal }) }
  const shares = texts
    ? sharesOf(await countTokens(withTable(checkpoint, table), texts, counting))
    : zipfShares(table.rows)
  for (let id = 0; id < table.rows; id += 1)
    scale(rowOf(table, id), sif / (sif + (shares[id] ?? 0)))
  for (const id of specialTokens(checkpoint)) rowOf(table, id).fill(0)
  return withTable(checkpoint, table)
}

/** The vector of every token [V,D], alone between the special tokens. */
async function tokenVectors(
  teacher: SentenceEncoder,
  signal: AbortSignal | undefined,
): Promise<Matrix> {
  const { tokenizer } = teacher
  const template = [...tokenizer.encode('').ids]
  const opening = openingLength(template, [...tokenizer.encode('a').ids])
  const texts = Array.from({ length: tokenizer.vocabularySize }, (_, id) => ({
    ids: Int32Array.of(...template.slice(0, opening), id, ...template.slice(opening)),
    promptLength: 0,
    truncated: 0,
  }))
  return teacher.encodePrepared(texts, given({ signal }))
}

/** How many special tokens stand before a text: as far as an empty text and another have the same. */
function openingLength(template: readonly number[], other: readonly number[]): number {
  const different = template.findIndex((id, index) => other[index] !== id)
  return different === -1 ? template.length : different
}

/** Ids n of the vocabulary: shares in proportion to 1/(n+2), as model2vec has them. */
function zipfShares(tokens: number): Float64Array {
  const shares = Float64Array.from({ length: tokens }, (_, id) => 1 / (id + 2))
  return sharesOf(shares)
}

function sharesOf(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count) => (total === 0 ? 0 : count / total))
}

/** Along the principal components of the vectors [V,D'], from their mean: [V,D]. */
async function projected(vectors: Matrix, dimensions: number): Promise<Matrix> {
  const { components } = await principalComponents(vectors, dimensions)
  const { rows, dimensions: width } = vectors
  const mean = meanOf(vectors)
  const data = new Float32Array(rows * dimensions)
  const centred = new Float64Array(width)
  for (let row = 0; row < rows; row += 1) {
    const vector = rowOf(vectors, row)
    for (let i = 0; i < width; i += 1) centred[i] = (vector[i] as number) - (mean[i] as number)
    for (let axis = 0; axis < dimensions; axis += 1) {
      const component = rowOf(components, axis)
      let sum = 0
      for (let i = 0; i < width; i += 1) sum += (centred[i] as number) * (component[i] as number)
      data[row * dimensions + axis] = sum
    }
  }
  return { data, rows, dimensions }
}

function meanOf({ data, rows, dimensions }: Matrix): Float64Array {
  const mean = new Float64Array(dimensions)
  for (const [index, x] of data.entries()) {
    mean[index % dimensions] = (mean[index % dimensions] as number) + x / rows
  }
  return mean
}

function scale(vector: Float32Array, factor: number): void {
  for (let i = 0; i < vector.length; i += 1) vector[i] = (vector[i] as number) * factor
}

/** A prompt would move every text's mean by the same tokens, so the teacher's are removed. */
function withTable(checkpoint: Checkpoint, { data, rows, dimensions }: Matrix): Checkpoint {
  const { folder, tokenizerFiles, warnings } = checkpoint
  const tokenizer = bareTokenizerText(tokenizerFiles, tokenizerOptions(checkpoint))
  const bytes = new Uint8Array(Float32Array.from(data).buffer)
  const table: Weight = {
    name: TABLE_NAME,
    type: 'float32',
    shape: [rows, dimensions],
    data: { bytes },
  }
  return {
    folder,
    config: staticConfig(rows, dimensions),
    weights: new Map([[TABLE_NAME, table]]),
    modules: [STATIC_POOLING, { kind: 'normalize' }],
    tokenizerFiles: new Map([['tokenizer.json', tokenizer]]),
    maxLength: NO_LIMIT,
    lowercase: false,
    prompts: {},
    defaultPromptName: undefined,
    similarity: 'cosine',
    warnings,
  }
}

function requireSif(sif: number): void {
  if (Number.isFinite(sif) && sif > 0) return
  throw new InputError(
    'distil-sif',
    `sif, the a of the weight a/(a+p), must be a number above 0, such as 0.001, but it is ${sif}`,
    { facts: { sif } },
  )
}

/** The ids of the tokens that are no part of a text: the special-token template's, padding, unknown, mask. */
export function specialTokens(checkpoint: Checkpoint): ReadonlySet<number> {
  const { tokenizerFiles: files } = checkpoint
  const options = tokenizerOptions(checkpoint)
  const tokenizer = createTokenizer(files, options)
  const { added_tokens: added } = parseTokenizer(tokenizerJsonText(files, options))
  const named = added.filter(({ special }) => special !== false).map(({ id }) => id)
  return new Set([...tokenizer.encodePair('', '').ids, tokenizer.padId, ...named])
}

import type { Checkpoint } from '../../checkpoint/index.ts'
import { SentenceEncoder } from '../../encoder/index.ts'
import { given } from '../../options/index.ts'
import { type Matrix, stackRows } from '../../similarity/index.ts'
import { countTokens } from '../vocabulary/count-tokens.ts'
import { type TrimOptions, trimVocabulary } from '../vocabulary/trim-vocabulary.ts'
import { narrowHidden } from './narrow-hidden.ts'
import { projectEmbeddings } from './project-embeddings.ts'
import { selectLayers } from './select-layers.ts'

/** What of a teacher a student keeps. */
export interface StudentOptions {
  /** As `selectLayers` takes it. Default: a third of them. */
  readonly layers?: number | readonly number[]
  /** Trims the vocabulary to what these texts use. Default: all of it stays. */
  readonly vocabulary?: TrimOptions & { readonly texts: Iterable<string> | AsyncIterable<string> }
  /** A narrower hidden size; see `narrowHidden`. Default: the model's. */
  readonly hiddenSize?: number
  /** Shorter vectors; see `projectEmbeddings`. Default: as long as the model's. */
  readonly dimensions?: number
  /** Typical texts that narrower sizes are chosen by: some thousand. */
  readonly sample?: readonly string[]
  readonly signal?: AbortSignal
}

/** A small beginning of a student, made of a model: fewer layers and tokens, narrower vectors. */
export async function buildStudent(
  model: Checkpoint,
  options: StudentOptions = {},
): Promise<Checkpoint> {
  const { layers, vocabulary, hiddenSize, dimensions, sample = [], signal } = options
  let student = selectLayers(model, layers)
  if (vocabulary) {
    const { texts, ...trimming } = vocabulary
    const counts = await countTokens(student, texts, given({ signal }))
    student = await trimVocabulary(student, counts, trimming)
  }
  if (hiddenSize !== undefined) {
    const states = await withEncoder(student, (encoder) => tokenVectors(encoder, sample))
    student = await narrowHidden(student, states, hiddenSize)
  }
  if (dimensions === undefined) return student
  const vectors = await withEncoder(student, (encoder) =>
    encoder.encode(sample, { truncate: 'silent' }),
  )
  return projectEmbeddings(student, vectors, dimensions)
}

async function withEncoder<Result>(
  checkpoint: Checkpoint,
  use: (encoder: SentenceEncoder) => Promise<Result>,
): Promise<Result> {
  await using encoder = await SentenceEncoder.fromCheckpoint(checkpoint, { precision: 'float32' })
  return await use(encoder)
}

/** The vectors of all tokens of the texts, one after another. */
async function tokenVectors(encoder: SentenceEncoder, texts: readonly string[]): Promise<Matrix> {
  const all = await encoder.tokenEmbeddings(texts)
  const blocks = all.map(({ data }) => data)
  return stackRows(blocks, all[0]?.dimensions ?? 0)
}

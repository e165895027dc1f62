import type { StoredModel } from '../model/index.ts'
import type { CrossEncoderSpec } from './cross-encoder.ts'

/** The similarity functions a model can name as its own. */
export const SIMILARITY_NAMES = ['cosine', 'dot', 'euclidean', 'manhattan'] as const
/** A similarity function that a model can name as its own. */
export type SimilarityName = (typeof SIMILARITY_NAMES)[number]

/** A model folder, described: everything needed to build and run the model, nothing run yet. */
export interface Checkpoint extends StoredModel {
  /** The folder it was read from. */
  readonly folder: string
  /** Tokenizer files by name (`tokenizer.json`, `vocab.txt`, `tokenizer_config.json` …): their text. */
  readonly tokenizerFiles: ReadonlyMap<string, string>
  /** The most tokens a text may have, special tokens included. */
  readonly maxLength: number
  /** Whether texts are lower-cased before the tokenizer sees them (`do_lower_case` of the folder). */
  readonly lowercase: boolean
  readonly prompts: Readonly<Record<string, string>>
  readonly defaultPromptName: string | undefined
  readonly similarity: SimilarityName
  /** Only of a cross-encoder, whose modules lead to the logit of a pair instead of a vector. */
  readonly crossEncoder?: CrossEncoderSpec
  /** What a user should know about how the folder was read, e.g. a default that applied. */
  readonly warnings: readonly string[]
}

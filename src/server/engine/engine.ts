import type { SimilarityName } from '../../checkpoint/index.ts'
import type { LoadOptions } from '../../encoder/index.ts'
import type { Precision } from '../../precision/index.ts'
import type { Backend } from '../../runtime/index.ts'

/** A text with the prompt in front of it. */
export interface TextInput {
  readonly text: string
  readonly prompt: string
}

/** A query, with the prompt in front of it, and a document that may answer it. */
export interface PairInput extends TextInput {
  readonly document: string
}

/** A text, or a pair for a cross-encoder, or tokens, to be taken as they are. */
export type ModelInput = TextInput | PairInput | { readonly ids: Int32Array }

/** What a model gives: vectors of texts, or scores of pairs. */
export type ModelKind = 'encoder' | 'reranker'

/** Tokens whose text is wanted, without the special ones or with them. */
export interface DecodeInput {
  readonly ids: Int32Array
  readonly skipSpecial: boolean
}

/** The embeddings of a job's texts, or the logits of its pairs, as the model gives them, and what they cost. */
export interface JobResult {
  /** [rows · dimensions] */
  readonly data: Float32Array
  /** [rows]: tokens of each text, special tokens included. */
  readonly tokens: Int32Array
  /** [rows]: tokens beyond the limit, which were truncated. */
  readonly truncated: Int32Array
  /** Seconds. */
  readonly tokenization: number
  readonly inference: number
}

/** The vectors of one text's tokens. */
export interface TokenVectors {
  /** [T · H] */
  readonly data: Float32Array
  readonly truncated: number
}

/** All tokens of one text, whatever the model's limit. */
export interface TextTokens {
  readonly ids: Int32Array
  readonly tokens: readonly string[]
  /** How many special tokens stand before and after the text's own. */
  readonly specialTokens: readonly [before: number, after: number]
}

/** What a server has to know of a model. */
export interface EngineDescription {
  readonly kind: ModelKind
  /** D; 1 of a reranker */
  readonly dimensions: number
  /** H */
  readonly hiddenSize: number
  /** The most tokens a text may have. */
  readonly maxLength: number
  readonly vocabularySize: number
  readonly similarity: SimilarityName
  readonly pooling: string
  readonly weightType: string
  readonly backend: Backend
  readonly precision: Precision
  readonly prompts: Readonly<Record<string, string>>
  readonly defaultPromptName: string | undefined
}

/** What runs one model. Inputs were checked; whatever fails is the engine's fault. */
export interface Engine {
  readonly description: EngineDescription
  /** Jobs it takes at once: so many as it runs side by side, and one that waits for its turn. */
  readonly capacity: number
  /** Whether there is something to run the model just now. */
  readonly isReady: boolean
  /** Vectors of a job's texts, in order. */
  encode(inputs: readonly ModelInput[]): Promise<JobResult>
  /** Vectors of every token, before pooling. */
  tokenVectors(inputs: readonly TextInput[]): Promise<readonly TokenVectors[]>
  tokenize(inputs: readonly TextInput[]): Promise<readonly TextTokens[]>
  decode(inputs: readonly DecodeInput[]): Promise<readonly string[]>
  /** What the model is known by to stores of its vectors: see `checkpointHash`. */
  modelHash(): Promise<string>
  dispose(): Promise<void>
}

/** How a model is loaded, as far as a process can be sent that. */
export type EngineLoadOptions = Pick<
  LoadOptions,
  'revision' | 'cacheDir' | 'offline' | 'endpoint' | 'threads' | 'backend' | 'precision'
>

/** The model that a process is to load. */
export interface LoadRequest {
  readonly model: string
  readonly options: EngineLoadOptions
}

/** What can be requested of a model. */
export type EngineMethod = 'encode' | 'tokenVectors' | 'tokenize' | 'decode' | 'modelHash'

/** What can be requested of an engine's process: to load its model, once and first; then the others. */
export interface ProcessMethods extends Pick<Engine, EngineMethod> {
  load(request: LoadRequest): EngineDescription
}

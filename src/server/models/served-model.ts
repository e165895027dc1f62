import { finishVectors } from '../../encoder/index.ts'
import type { Batcher } from '../batching/index.ts'
import type {
  DecodeInput,
  Engine,
  EngineDescription,
  ModelInput,
  TextInput,
  TextTokens,
  TokenVectors,
} from '../engine/index.ts'
import { quoted, serverError } from '../failures/index.ts'
import type { EncodedText, ModelWorks } from './model-works.ts'

/** How the vectors of a request are to come out. */
export interface VectorOptions {
  /** Keep the first so many. */
  readonly dimensions: number
  readonly normalize: boolean
}

/** What encodes a model's texts, together where that is cheaper. */
export interface TextEncoding {
  encode(inputs: readonly ModelInput[], signal: AbortSignal): Promise<EncodedText[]>
}

export interface ServedModelParts {
  readonly engine: Engine
  readonly batcher: Batcher
  readonly works: ModelWorks
  readonly encoding: TextEncoding
}

/**
 * A model under the name that requests call it by. Whatever it is asked for waits in its one queue:
 * it is refused where that is full, and what is still to be done is dropped when the signal is aborted.
 */
export class ServedModel {
  readonly name: string
  readonly description: EngineDescription
  readonly #parts: ServedModelParts

  constructor(name: string, parts: ServedModelParts) {
    this.name = name
    this.description = parts.engine.description
    this.#parts = parts
  }

  /** Whether there is something to run it just now. */
  get isReady(): boolean {
    return this.#parts.engine.isReady
  }

  /**
   * The prompt of this name, or the model's default one.
   * @throws ServerError when the model has none of this name.
   */
  prompt(name: string | undefined): string {
    const { prompts, defaultPromptName } = this.description
    const chosen = name ?? defaultPromptName
    if (chosen === undefined) return ''
    const prompt = Object.hasOwn(prompts, chosen) ? prompts[chosen] : undefined
    if (prompt !== undefined) return prompt
    throw serverError(
      'prompt-unknown',
      `${this.name} has no prompt called ${quoted(chosen)}; it has: ` +
        `${Object.keys(prompts).join(', ') || 'none'}`,
      { facts: { model: this.name, prompt: chosen } },
    )
  }

  /**
   * Embeddings of texts, in order.
   * @throws ServerError when too many texts wait; the signal's reason.
   */
  encode(inputs: readonly ModelInput[], signal: AbortSignal): Promise<EncodedText[]> {
    return this.#parts.encoding.encode(inputs, signal)
  }

  /** Vectors of the tokens of each text, before pooling. @throws as `encode` */
  tokenVectors(inputs: readonly TextInput[], signal: AbortSignal): Promise<TokenVectors[]> {
    const { batcher, works } = this.#parts
    return batcher.run(works.tokenVectors, inputs, signal)
  }

  /** All tokens of each text. @throws as `encode` */
  tokenize(inputs: readonly TextInput[], signal: AbortSignal): Promise<TextTokens[]> {
    const { batcher, works } = this.#parts
    return batcher.run(works.tokenize, inputs, signal)
  }

  /** The texts of tokens. @throws as `encode` */
  decode(inputs: readonly DecodeInput[], signal: AbortSignal): Promise<string[]> {
    const { batcher, works } = this.#parts
    return batcher.run(works.decode, inputs, signal)
  }

  /** What stores of its vectors know it by. */
  modelHash(): Promise<string> {
    return this.#parts.engine.modelHash()
  }
}

/** A vector as a request wants it, in memory of its own. */
export function finishVector(vector: Float32Array, options: VectorOptions): Float32Array {
  return finishVectors({ data: vector.slice(), rows: 1, dimensions: vector.length }, options).data
}

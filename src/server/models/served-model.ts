import { finishVectors } from '../../encoder/index.ts'
import type { Engine, ModelDescription, ModelInput } from '../engine/index.ts'
import { serverError } from '../failures/index.ts'
import type { EncodedText } from './encoded-text.ts'

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

/** A model under the name that requests call it by. */
export class ServedModel {
  readonly name: string
  readonly description: ModelDescription
  readonly engine: Engine
  readonly #encoding: TextEncoding

  constructor(name: string, engine: Engine, encoding: TextEncoding) {
    this.name = name
    this.description = engine.description
    this.engine = engine
    this.#encoding = encoding
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
      `${this.name} has no prompt called ${JSON.stringify(chosen)}; it has: ` +
        `${Object.keys(prompts).join(', ') || 'none'}`,
      { facts: { model: this.name, prompt: chosen } },
    )
  }

  /**
   * Embeddings of texts, in order.
   * @throws ServerError when too many texts wait; the signal's reason.
   */
  encode(inputs: readonly ModelInput[], signal: AbortSignal): Promise<EncodedText[]> {
    return this.#encoding.encode(inputs, signal)
  }
}

/** A vector as a request wants it, in memory of its own. */
export function finishVector(vector: Float32Array, options: VectorOptions): Float32Array {
  return finishVectors({ data: vector.slice(), rows: 1, dimensions: vector.length }, options).data
}

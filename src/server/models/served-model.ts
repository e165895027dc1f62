import { finishVectors } from '../../encoder/index.ts'
import type { Engine, ModelDescription, ModelInput } from '../engine/index.ts'
import { serverError } from '../failures/index.ts'

/** A text's embedding as the model gives it. */
export interface EncodedText {
  /** [D]; shared between requests, so never to be written to. */
  readonly vector: Float32Array
  readonly tokens: number
  readonly truncated: number
}

/** How the vectors of a request are to come out. */
export interface VectorOptions {
  /** Keep the first so many. */
  readonly dimensions: number
  readonly normalize: boolean
}

/** A model under the name that requests call it by. */
export class ServedModel {
  readonly name: string
  readonly description: ModelDescription
  readonly engine: Engine

  constructor(name: string, engine: Engine) {
    this.name = name
    this.description = engine.description
    this.engine = engine
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

  /** Embeddings of texts, in order. */
  async encode(inputs: readonly ModelInput[], _signal: AbortSignal): Promise<EncodedText[]> {
    const { data, tokens, truncated } = await this.engine.encode(inputs)
    const { dimensions } = this.description
    return inputs.map((_, row) => ({
      vector: data.subarray(row * dimensions, (row + 1) * dimensions),
      tokens: tokens[row] ?? 0,
      truncated: truncated[row] ?? 0,
    }))
  }
}

/** A vector as a request wants it, in memory of its own. */
export function finishVector(vector: Float32Array, options: VectorOptions): Float32Array {
  return finishVectors({ data: vector.slice(), rows: 1, dimensions: vector.length }, options).data
}

import type { Work } from '../batching/index.ts'
import type {
  DecodeInput,
  Engine,
  JobResult,
  ModelInput,
  TextInput,
  TextTokens,
  TokenVectors,
} from '../engine/index.ts'

/** A text's embedding, or a pair's logit, as the model gives it. */
export interface EncodedText {
  /** [D]; shared between requests, so never to be written to. */
  readonly vector: Float32Array
  readonly tokens: number
  readonly truncated: number
}

/** All that a model does for requests. */
export interface ModelWorks {
  readonly encode: Work<ModelInput, EncodedText>
  readonly tokenVectors: Work<TextInput, TokenVectors>
  readonly tokenize: Work<TextInput, TextTokens>
  readonly decode: Work<DecodeInput, string>
}

/** What an engine can do. @param record is called with each batch that was encoded */
export function worksOf(engine: Engine, record: (result: JobResult) => void): ModelWorks {
  const { maxLength, dimensions } = engine.description
  return {
    encode: {
      cost: (input) => costOf(input, maxLength),
      async run(inputs) {
        const result = await engine.encode(inputs)
        record(result)
        return encodedTexts(result, dimensions)
      },
    },
    tokenVectors: {
      cost: (input) => costOf(input, maxLength),
      run: (inputs) => engine.tokenVectors(inputs),
    },
    // All tokens, whatever the model's limit.
    tokenize: { cost: (input) => costOf(input), run: (inputs) => engine.tokenize(inputs) },
    decode: { cost: ({ ids }) => ids.length, run: (inputs) => engine.decode(inputs) },
  }
}

/**
 * Tokens a text has at most, as far as can be told without the tokenizer: a Chinese text has about as
 * many as characters, and hardly ever has a text more.
 */
export function costOf(input: ModelInput, maxLength = Number.POSITIVE_INFINITY): number {
  if ('ids' in input) return input.ids.length
  const document = 'document' in input ? input.document.length + 2 : 0
  return Math.min(maxLength, input.prompt.length + input.text.length + document + 2)
}

function encodedTexts(result: JobResult, dimensions: number): EncodedText[] {
  return Array.from(result.tokens, (tokens, row) => ({
    // A copy: the memory of the whole batch is not to be kept for one of its vectors.
    vector: result.data.slice(row * dimensions, (row + 1) * dimensions),
    tokens,
    truncated: result.truncated[row] ?? 0,
  }))
}

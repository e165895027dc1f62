import { InputError } from '../errors/index.ts'
import type { OutputType } from './constants.ts'
import type { Embeddings } from './embeddings.ts'
import type { EncodeOptions } from './options.ts'
import type { SentenceEncoder } from './sentence-encoder.ts'

type Texts = Iterable<string> | AsyncIterable<string>

/** Some texts and their vectors. */
export interface EncodedTexts {
  readonly texts: readonly string[]
  readonly embeddings: Embeddings<OutputType>
}

/**
 * Encodes texts block by block. For int8 and uint8 all are encoded in memory first, as the steps
 * cover the range of all of them: 4 bytes for each dimension of each text.
 */
export async function* encodeTexts(
  encoder: SentenceEncoder,
  texts: Texts,
  options: EncodeOptions<OutputType>,
): AsyncGenerator<EncodedTexts, void, void> {
  if (options.output === 'int8' || options.output === 'uint8') {
    const list = await severalTexts(texts, options.output)
    yield { texts: list, embeddings: await encoder.encode(list, options) }
    return
  }
  const waiting: string[] = []
  for await (const embeddings of encoder.stream(remembered(texts, waiting), options)) {
    yield { texts: waiting.splice(0, embeddings.rows), embeddings }
  }
}

async function severalTexts(texts: Texts, output: OutputType): Promise<string[]> {
  const list: string[] = []
  for await (const text of texts) list.push(text)
  if (list.length > 1) return list
  throw new InputError(
    'ranges-missing',
    `the steps of ${output} cover the range of the texts encoded together, but there is only ` +
      'one; give some hundred texts, or choose float32, binary or ubinary',
  )
}

async function* remembered(texts: Texts, waiting: string[]): AsyncGenerator<string> {
  for await (const text of texts) {
    waiting.push(text)
    yield text
  }
}

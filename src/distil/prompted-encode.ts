import { choosePrompt, roleOptions, type SentenceEncoder, type TextRole } from '../encoder/index.ts'
import type { RetrievalEncode } from '../evaluate/index.ts'
import { given } from '../options/index.ts'
import { type Matrix, stackRows } from '../similarity/index.ts'
import type { VectorFunction } from './teacher/teacher.ts'

/**
 * What gives an encoder's vectors; texts over the limit are truncated without a word.
 * @param prompt put before every text. Default: the model's default prompt.
 */
export function promptedEncode(
  encoder: SentenceEncoder,
  prompt: string | undefined,
): VectorFunction {
  return (texts, signal) =>
    encoder.encode(texts, { truncate: 'silent', ...given({ prompt, signal }) })
}

/** A text, and what it is in a search, if anything. */
export interface RoleText {
  readonly text: string
  readonly role: TextRole | undefined
}

/**
 * The vectors [N,D] of texts, each with the prompt of its role.
 * @param prompt of texts without a role. Default: the model's default prompt.
 */
export async function encodeInRoles(
  encoder: SentenceEncoder,
  texts: readonly RoleText[],
  prompt: string | undefined,
): Promise<Matrix> {
  const { dimensions } = encoder
  const vectors = new Array<Float32Array>(texts.length)
  for (const role of new Set(texts.map((text) => text.role))) {
    const indices = [...texts.keys()].filter((index) => texts[index]?.role === role)
    const encode = promptedEncode(encoder, role ? rolePrompt(role, encoder) : prompt)
    const { data } = await encode(indices.map((index) => texts[index]?.text ?? ''))
    for (const [row, index] of indices.entries()) {
      vectors[index] = data.subarray(row * dimensions, (row + 1) * dimensions)
    }
  }
  return stackRows(vectors, dimensions)
}

/** What gives an encoder's vectors of queries and of documents, each with the model's own prompt. */
export function encodeRoles(encoder: SentenceEncoder): RetrievalEncode {
  return {
    query: promptedEncode(encoder, rolePrompt('query', encoder)),
    corpus: promptedEncode(encoder, rolePrompt('document', encoder)),
  }
}

function rolePrompt(role: TextRole, { checkpoint }: SentenceEncoder): string {
  return choosePrompt(roleOptions(role, {}, checkpoint.prompts), checkpoint)
}

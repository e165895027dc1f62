import type { Encoding, Tokenizer } from '../tokenizer/index.ts'

const OPENING =
  '<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the ' +
  'Instruct provided. Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n'
const CLOSING = '<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n'
const TASK = 'Given a web search query, retrieve relevant passages that answer the query'

/**
 * A query and a document as the question that Qwen3-Reranker is asked. What is too long loses tokens of the
 * document, and of the query where that is not enough, before what closes the question.
 * Reference: the model card of Qwen3-Reranker.
 * @param prompt what the document is to be found for, in place of the usual task
 */
export function askedPair(
  tokenizer: Tokenizer,
  [query, document]: readonly [string, string],
  { prompt, maxLength }: { readonly prompt: string; readonly maxLength: number },
): Encoding {
  const pair = `<Instruct>: ${prompt || TASK}\n<Query>: ${query}\n<Document>: ${document}`
  const asked = tokenizer.encode(`${OPENING}${pair}${CLOSING}`)
  const truncated = Math.max(0, asked.ids.length - maxLength)
  if (truncated === 0) return asked
  const ids = asked.ids.slice(0, maxLength)
  const closing = tokenizer.encode(CLOSING).ids.slice(-maxLength)
  ids.set(closing, maxLength - closing.length)
  return { ids, typeIds: asked.typeIds.slice(0, maxLength), truncated }
}

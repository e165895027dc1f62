import type { EncodeOptions } from './options.ts'

/** What a text is in a search: asked, or found. */
type Side = 'query' | 'document'

const PROMPT_NAMES: Readonly<Record<Side, readonly string[]>> = {
  query: ['query'],
  document: ['document', 'passage', 'corpus'],
}

/**
 * The options of one side. Where they name no prompt, it is the first of the model's own that is
 * called `query`, or `document`, `passage`, `corpus`; a model without any gets none. The names are
 * those `encode_query` and `encode_document` of sentence-transformers look for.
 */
export function sideOptions(
  side: Side,
  options: EncodeOptions,
  prompts: Readonly<Record<string, string>>,
): EncodeOptions {
  if (options.prompt !== undefined || options.promptName !== undefined) return options
  const name = PROMPT_NAMES[side].find((candidate) => Object.hasOwn(prompts, candidate))
  return { ...options, ...(name === undefined ? { prompt: '' } : { promptName: name }) }
}

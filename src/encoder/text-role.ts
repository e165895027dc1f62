import type { EncodeOptions } from './options.ts'

/** What a text is in a search: a query, or a document. */
export const TEXT_ROLES = ['query', 'document'] as const
export type TextRole = (typeof TEXT_ROLES)[number]

const PROMPT_NAMES: Readonly<Record<TextRole, readonly string[]>> = {
  query: ['query'],
  document: ['document', 'passage', 'corpus'],
}

/**
 * The options of a text's role. Where they name no prompt, it is the first of the model's own that is
 * called `query`, or `document`, `passage`, `corpus`; a model without any gets none. The names are
 * those `encode_query` and `encode_document` of sentence-transformers look for.
 */
export function roleOptions<Options extends Pick<EncodeOptions, 'prompt' | 'promptName'>>(
  role: TextRole,
  options: Options,
  prompts: Readonly<Record<string, string>>,
): Options & Pick<EncodeOptions, 'prompt' | 'promptName'> {
  if (options.prompt !== undefined || options.promptName !== undefined) return options
  const name = PROMPT_NAMES[role].find((candidate) => Object.hasOwn(prompts, candidate))
  return { ...options, ...(name === undefined ? { prompt: '' } : { promptName: name }) }
}

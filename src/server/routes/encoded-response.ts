import { serverError } from '../failures/index.ts'
import type { EncodedText, ServedModel } from '../models/index.ts'

/** @throws ServerError for more dimensions than the model has. */
export function checkDimensions(requested: number | undefined, { name, description }: ServedModel) {
  const { dimensions } = description
  if (requested === undefined || requested <= dimensions) return requested ?? dimensions
  throw serverError('request-invalid', `dimensions: ${name} has ${dimensions}, not ${requested}`, {
    facts: { requested, dimensions },
  })
}

/** @throws ServerError when a text was truncated. */
export function requireUntruncated(
  texts: readonly Pick<EncodedText, 'truncated'>[],
  { name, description: { maxLength } }: ServedModel,
): void {
  const index = texts.findIndex(({ truncated }) => truncated > 0)
  if (index < 0) return
  const truncated = texts[index]?.truncated
  throw serverError(
    'text-too-long',
    `the text at index ${index} has ${truncated} tokens more than the ${maxLength} that ${name} takes; ` +
      'shorten it, or allow truncation',
    { facts: { index, truncated, maxLength } },
  )
}

/** Says how many texts were truncated, where any was. */
export function truncationHeader(texts: readonly Pick<EncodedText, 'truncated'>[]) {
  const count = texts.filter(({ truncated }) => truncated > 0).length
  const headers: Record<string, string> = count > 0 ? { 'x-truncated-texts': String(count) } : {}
  return headers
}

export function sumTokens(texts: readonly EncodedText[]): number {
  return texts.reduce((sum, { tokens }) => sum + tokens, 0)
}

import { serverError } from '../failures/index.ts'
import type { EncodedText, ServedModel } from '../models/index.ts'

/** @throws ServerError for more dimensions than the model has. */
export function checkDimensions(asked: number | undefined, { name, description }: ServedModel) {
  const { dimensions } = description
  if (asked === undefined || asked <= dimensions) return asked ?? dimensions
  throw serverError('request-invalid', `dimensions: ${name} has ${dimensions}, not ${asked}`, {
    facts: { asked, dimensions },
  })
}

/** @throws ServerError when a text was cut. */
export function requireUncut(
  texts: readonly Pick<EncodedText, 'truncated'>[],
  { name, description: { maxLength } }: ServedModel,
): void {
  const index = texts.findIndex(({ truncated }) => truncated > 0)
  if (index < 0) return
  const truncated = texts[index]?.truncated
  throw serverError(
    'text-too-long',
    `text number ${index} has ${truncated} tokens more than the ${maxLength} that ${name} takes; ` +
      'shorten it, or let it be cut',
    { facts: { index, truncated, maxLength } },
  )
}

/** Says how many texts were cut, where any was. */
export function cutHeader(texts: readonly Pick<EncodedText, 'truncated'>[]) {
  const cut = texts.filter(({ truncated }) => truncated > 0).length
  const headers: Record<string, string> = cut > 0 ? { 'x-truncated-texts': String(cut) } : {}
  return headers
}

export function sumTokens(texts: readonly EncodedText[]): number {
  return texts.reduce((sum, { tokens }) => sum + tokens, 0)
}

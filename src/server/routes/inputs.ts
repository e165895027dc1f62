import { z } from '@hono/zod-openapi'
import type { ModelInput } from '../engine/index.ts'
import { serverError } from '../failures/index.ts'
import type { ModelRegistry, ServedModel } from '../models/index.ts'
import type { ServerSettings } from '../settings/index.ts'

type Ids = readonly number[]

// One pass and one message each: a union would collect an error for every item and alternative.

/** One text, or several. */
export const textsSchema = z
  .custom<string | readonly string[]>(isTexts, 'must be a string or a non-empty array of strings')
  .openapi({
    type: ['string', 'array'],
    anyOf: [{ type: 'string' }, arrayOf({ type: 'string' })],
    example: '今天天气真好',
  })

/** Several texts. */
export const textListSchema = z
  .custom<readonly string[]>(isTextList, 'must be a non-empty array of strings')
  .openapi(arrayOf({ type: 'string' }))

/** One row of token ids, or several. */
export function idsSchema(models: ModelRegistry) {
  const id = idOf(models)
  return z
    .custom<Ids | readonly Ids[]>(isIds, 'must be a non-empty array of token ids, or of such')
    .openapi({
      type: 'array',
      anyOf: [arrayOf(id), arrayOf(arrayOf(id))],
      example: [101, 2769, 102],
    })
}

/** Anything OpenAI's interface takes as input. */
export type TextsOrIds = string | readonly string[] | Ids | readonly Ids[]

export function textsOrIdsSchema(models: ModelRegistry) {
  const id = idOf(models)
  return z
    .custom<TextsOrIds>(
      (value) => isTexts(value) || isIds(value),
      'must be a string, or a non-empty array of strings, of token ids, or of arrays of those',
    )
    .openapi({
      type: ['string', 'array'],
      anyOf: [{ type: 'string' }, arrayOf({ type: 'string' }), arrayOf(id), arrayOf(arrayOf(id))],
      example: ['今天天气真好', '今天是晴天'],
    })
}

/** How the documentation shows a token id: one that some model has. */
function idOf(models: ModelRegistry) {
  const maximum = models.largest('vocabularySize') - 1
  return { type: 'integer' as const, minimum: 0, maximum }
}

function arrayOf<Items>(items: Items) {
  return { type: 'array' as const, items, minItems: 1 }
}

function isTexts(value: unknown): boolean {
  return typeof value === 'string' || isTextList(value)
}

function isTextList(value: unknown): boolean {
  return isFilled(value) && value.every((item) => typeof item === 'string')
}

function isIds(value: unknown): boolean {
  return isRow(value) || (isFilled(value) && value.every(isRow))
}

function isRow(value: unknown): boolean {
  return isFilled(value) && value.every(isId)
}

function isId(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

function isFilled(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0
}

/** Rows of token ids, of one or several. */
export function rowsOf(ids: Ids | readonly Ids[]): readonly Ids[] {
  return isOneRow(ids) ? [ids] : ids
}

function isOneRow(ids: Ids | readonly Ids[]): ids is Ids {
  return typeof ids[0] === 'number'
}

/**
 * Texts within the limits.
 * @throws ServerError when they are too many, or one is too large.
 */
export function limitTexts(
  texts: string | readonly string[],
  { maxItems, maxCharacters }: Pick<ServerSettings, 'maxItems' | 'maxCharacters'>,
): readonly string[] {
  const list = typeof texts === 'string' ? [texts] : texts
  requireFew(list.length, maxItems)
  const large = list.findIndex((text) => text.length > maxCharacters)
  if (large < 0) return list
  const length = list[large]?.length
  throw serverError(
    'text-too-large',
    `the text at index ${large} has ${length} characters, but the limit is ${maxCharacters}`,
    { facts: { index: large, length, maxCharacters } },
  )
}

/** @throws ServerError for more items than the limit. */
export function requireFew(items: number, maxItems: number): void {
  if (items <= maxItems) return
  throw serverError('items-too-many', `${items} texts came, but the limit is ${maxItems}`, {
    facts: { items, maxItems },
  })
}

/**
 * Rows of token ids that the model can take as they are.
 * @throws ServerError for an id outside the vocabulary, and for too long a row.
 */
export function tokenInputs(rows: readonly Ids[], model: ServedModel): ModelInput[] {
  const { vocabularySize, maxLength } = model.description
  return rows.map((ids, index) => {
    if (ids.length > maxLength) {
      throw serverError(
        'tokens-too-many',
        `row ${index} has ${ids.length} token ids, but the limit of ${model.name} is ${maxLength}`,
        { facts: { index, length: ids.length, maxLength } },
      )
    }
    requireKnown(ids, vocabularySize)
    return { ids: Int32Array.from(ids) }
  })
}

/** @throws ServerError for an id outside the vocabulary. */
export function requireKnown(ids: Ids, vocabularySize: number): void {
  const unknown = ids.find((id) => id >= vocabularySize)
  if (unknown === undefined) return
  throw serverError(
    'token-id-unknown',
    `${unknown} is no token id; the vocabulary has 0 to ${vocabularySize - 1}`,
    { facts: { id: unknown, vocabularySize } },
  )
}

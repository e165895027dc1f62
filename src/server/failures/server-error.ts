import { type ErrorDetails, ServerError } from '../../errors/index.ts'
import type { FailureCode } from './failure-table.ts'

/** An error of the table. */
export function serverError(
  code: FailureCode,
  message: string,
  details: ErrorDetails = {},
): ServerError {
  return new ServerError(code, message, details)
}

/** Characters of a client's own words that a response repeats. */
const MOST = 100

/** A client's own words, in a response to it: as many as help to see what is meant. */
export function shortened(words: string, most = MOST): string {
  return words.length <= most ? words : `${words.slice(0, most)}…`
}

/** The same in quotes. */
export function quoted(words: string): string {
  return JSON.stringify(shortened(words))
}

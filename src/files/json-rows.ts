import { InputError } from '../errors/index.ts'
import {
  type ColumnChoice,
  columnIndices,
  locationText,
  type RawRow,
  type RowLocation,
} from './column.ts'
import { linesOf } from './utf8-text.ts'

/** Some columns of JSON Lines, one value a line; blank lines are passed over. */
export async function* jsonLinesColumns(
  chunks: AsyncIterable<string>,
  name: string,
  choices: readonly ColumnChoice[],
): AsyncGenerator<RawRow, void, void> {
  let line = 0
  for await (const json of linesOf(chunks)) {
    line += 1
    if (json.trim() !== '') yield jsonColumns(json, choices, { name, line })
  }
}

/** Some columns of one JSON array, of which only the item being read is held in memory. */
export async function* jsonArrayColumns(
  chunks: AsyncIterable<string>,
  name: string,
  choices: readonly ColumnChoice[],
): AsyncGenerator<RawRow, void, void> {
  for await (const { json, line } of arrayItems(chunks, name)) {
    yield jsonColumns(json, choices, { name, line })
  }
}

/** A value that is neither object nor array is the only column there is, and has no name. */
function jsonColumns(
  json: string,
  choices: readonly ColumnChoice[],
  location: RowLocation,
): RawRow {
  const value = parse(json, location)
  if (typeof value !== 'object' || value === null) {
    const [choice] = choices
    const isOnly = choices.length === 1 && (choice === undefined || Array.isArray(choice))
    if (!isOnly) throw noColumns(value, choice, location)
    return { values: [value], names: undefined, location }
  }
  const all = Object.keys(value)
  const indices = columnIndices(all, choices, locationText(location))
  const names = indices.map((index) => all[index] ?? '')
  return { values: names.map((name) => (value as Record<string, unknown>)[name]), names, location }
}

interface ArrayItem {
  readonly json: string
  /** Where the item begins. */
  readonly line: number
}

async function* arrayItems(
  chunks: AsyncIterable<string>,
  name: string,
): AsyncGenerator<ArrayItem, void, void> {
  const splitter = new ArraySplitter(name)
  for await (const chunk of chunks) yield* splitter.push(chunk)
  splitter.finish()
}

/** Finds where the items of a JSON array begin and end; what is in them, `JSON.parse` judges. */
class ArraySplitter {
  readonly #name: string
  #depth = 0
  #isClosed = false
  #isInString = false
  #isEscaped = false
  #item = ''
  #items = 0
  #line = 1
  #itemLine = 1

  constructor(name: string) {
    this.#name = name
  }

  *push(chunk: string): Generator<ArrayItem, void, void> {
    let start = 0
    for (let at = 0; at < chunk.length; at += 1) {
      const character = chunk.charAt(at)
      if (character === '\n') this.#line += 1
      const isBorder = this.#step(character)
      if (!isBorder) continue
      if (this.#depth === 1 && character === '[') this.#itemLine = this.#line
      else yield* this.#take(chunk.slice(start, at))
      start = at + 1
    }
    if (this.#depth > 0) this.#item += chunk.slice(start)
  }

  finish(): void {
    if (this.#isClosed) return
    throw malformed({ name: this.#name, line: this.#line }, 'it ends before the array does')
  }

  /** Takes one character; whether it opens the array, or ends an item. */
  #step(character: string): boolean {
    if (this.#isInString) {
      this.#stepInString(character)
      return false
    }
    if (this.#depth === 0) return this.#stepOutside(character)
    if (character === '"') this.#isInString = true
    else if (character === '[' || character === '{') this.#depth += 1
    else if (character === ']' || character === '}') {
      this.#depth -= 1
      this.#isClosed = this.#depth === 0
    }
    return this.#isClosed || (this.#depth === 1 && character === ',')
  }

  #stepInString(character: string): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (character === '\\') this.#isEscaped = true
    else if (character === '"') this.#isInString = false
  }

  #stepOutside(character: string): boolean {
    if (character === '[' && !this.#isClosed) {
      this.#depth = 1
      return true
    }
    if (/\s/.test(character)) return false
    const wrong = this.#isClosed ? 'something follows the array' : 'it must be one array'
    throw malformed({ name: this.#name, line: this.#line }, wrong)
  }

  *#take(end: string): Generator<ArrayItem, void, void> {
    const json = this.#item + end
    const isEmptyArray = this.#isClosed && this.#items === 0 && json.trim() === ''
    const blankLines = json.slice(0, json.length - json.trimStart().length).split('\n').length - 1
    const line = this.#itemLine + blankLines
    this.#item = ''
    this.#items += 1
    this.#itemLine = this.#line
    if (!isEmptyArray) yield { json, line }
  }
}

function noColumns(value: unknown, choice: ColumnChoice, location: RowLocation): InputError {
  const got = value === null ? 'null' : typeof value
  return new InputError(
    'input-not-text',
    `${locationText(location)}: expected an object with the column ${choice}, but got ${got}`,
    { facts: { where: locationText(location), column: choice, got } },
  )
}

function parse(json: string, location: RowLocation): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw malformed(location, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

function malformed(location: RowLocation, reason: string, cause?: unknown): InputError {
  return new InputError('input-json', `${locationText(location)}: malformed JSON: ${reason}`, {
    facts: { file: location.name, line: location.line },
    cause,
  })
}

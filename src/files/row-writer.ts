import { InputError } from '../errors/index.ts'
import { AtomicFile, outputFormatOf } from './atomic-file.ts'

/** Named values; in a file of columns they stand in the order of the names. */
export type NamedRow = Readonly<Record<string, string | number>>

/** The kinds of file rows are written to. */
export const ROW_FORMATS = ['tsv', 'jsonl', 'txt'] as const
type RowFormat = (typeof ROW_FORMATS)[number]

/**
 * A file of rows in the making; it appears whole or not at all, and its name says the format. tsv:
 * values between tabs, no row of names. jsonl: an object a line. txt: rows of one value, one a line.
 */
export class RowWriter {
  readonly #file: AtomicFile
  readonly #path: string
  readonly #format: RowFormat

  private constructor(file: AtomicFile, path: string, format: RowFormat) {
    this.#file = file
    this.#path = path
    this.#format = format
  }

  /** @throws InputError for another extension; OutputError when the folder cannot be written. */
  static async create(path: string): Promise<RowWriter> {
    const format = outputFormatOf(path, ROW_FORMATS, 'rows')
    return new RowWriter(await AtomicFile.create(path), path, format)
  }

  /** @throws InputError for a text with a tab or line break in it, which only jsonl can hold. */
  async write(rows: readonly NamedRow[]): Promise<void> {
    await this.#file.write(rows.map((row) => `${this.#line(row)}\n`).join(''))
  }

  /** Completes the file; only now it appears under its name. */
  finish(): Promise<void> {
    return this.#file.commit()
  }

  /** Removes what was written; after `finish`, does nothing. */
  abort(): Promise<void> {
    return this.#file.abort()
  }

  #line(row: NamedRow): string {
    if (this.#format === 'jsonl') return JSON.stringify(row)
    const values = Object.values(row).map(String)
    const broken = values.find((value) => /[\t\n\r]/.test(value))
    if (broken !== undefined) throw this.#unwritable(`${JSON.stringify(broken)} has a tab or break`)
    if (this.#format === 'tsv' || values.length === 1) return values.join('\t')
    throw this.#unwritable(`a txt holds one value a line, not ${Object.keys(row).join(', ')}`)
  }

  #unwritable(reason: string): InputError {
    return new InputError('output-row', `${this.#path}: ${reason}; write a .jsonl instead`, {
      facts: { path: this.#path },
    })
  }
}

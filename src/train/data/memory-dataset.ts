import { createHash } from 'node:crypto'
import { InputError } from '../../errors/index.ts'
import type { Cell } from '../../files/index.ts'
import {
  type Dataset,
  type DatasetKind,
  type Example,
  hasLabel,
  requireColumns,
} from './dataset.ts'
import { type LabelOptions, labelReader } from './label.ts'

export interface MemoryDatasetOptions {
  readonly name: string
  readonly kind: DatasetKind
  /** How many texts each example has. */
  readonly columns: number
  /** SHA-256 of what the examples come from. */
  readonly hash: string
  readonly label?: LabelOptions
}

/** Examples in memory, compactly: a million short Chinese sentences take about 40 MB. */
export class MemoryDataset implements Dataset {
  readonly name: string
  readonly kind: DatasetKind
  readonly columns: number
  readonly hash: string
  readonly #texts = new TextStore()
  readonly #labels: number[] = []
  readonly #readLabel: ReturnType<typeof labelReader> | undefined

  /** @throws InputError when `kind` does not have that many texts. */
  constructor({ name, kind, columns, hash, label }: MemoryDatasetOptions) {
    requireColumns(name, kind, columns)
    this.name = name
    this.kind = kind
    this.columns = columns
    this.hash = hash
    this.#readLabel = hasLabel(kind) ? labelReader(kind, label) : undefined
  }

  get length(): number {
    return this.#texts.length / this.columns
  }

  /**
   * Adds an example: its texts and, where the kind has one, its label.
   * @param where says where the example is from, for errors
   * @throws InputError for an empty text, and a label that is no number or out of range.
   */
  add(cells: readonly Cell[], where: () => string): void {
    const texts = cells.slice(0, this.columns).map(String)
    if (texts.length < this.columns) {
      const message = `expected ${this.columns} texts, but got ${texts.length}`
      throw exampleError('data-columns', where(), message)
    }
    if (texts.some((text) => text.trim() === '')) {
      throw exampleError('data-empty-text', where(), 'a text is empty; remove the example')
    }
    if (this.#readLabel) {
      const reading = this.#readLabel(cells[this.columns] ?? '')
      if ('wrong' in reading) throw exampleError('data-label', where(), reading.wrong)
      this.#labels.push(reading.label)
    }
    for (const text of texts) this.#texts.add(text)
  }

  example(index: number): Example {
    const { columns } = this
    const texts = Array.from({ length: columns }, (_, at) => this.#texts.get(index * columns + at))
    return { texts, label: this.#labels[index] }
  }
}

function exampleError(code: string, where: string, message: string): InputError {
  return new InputError(code, `${where}: ${message}`, { facts: { where } })
}

export interface DatasetOfOptions extends Omit<MemoryDatasetOptions, 'columns' | 'hash'> {
  /** Of each example its texts and, of scored and labelled pairs, the label behind them. */
  readonly rows: readonly (readonly Cell[])[]
}

/**
 * A data set of an array, e.g. `{ name: 'a', kind: 'scored-pairs', rows: [['花呗', '借呗', 0.4]] }`.
 * Its hash is that of the rows as JSON.
 * @throws InputError naming the example, as `loadDataset` does.
 */
export function datasetOf({ rows, ...options }: DatasetOfOptions): MemoryDataset {
  const width = rows[0]?.length ?? 0
  const columns = hasLabel(options.kind) ? width - 1 : width
  const hash = createHash('sha256').update(JSON.stringify(rows)).digest('hex')
  const dataset = new MemoryDataset({ ...options, columns, hash })
  for (const [index, row] of rows.entries()) {
    const where = () => `data set ${options.name}, example ${index}`
    if (row.length !== width) {
      throw exampleError('data-columns', where(), `expected ${width} cells, but got ${row.length}`)
    }
    dataset.add(row, where)
  }
  return dataset
}

const FIRST_BYTES = 1 << 16

/**
 * Many short texts in one block of memory, as UTF-16: of Chinese two bytes a character, where a
 * string of its own would take some thirty more.
 */
export class TextStore {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES)
  readonly #ends: number[] = []

  get length(): number {
    return this.#ends.length
  }

  add(text: string): void {
    const start = this.#ends.at(-1) ?? 0
    const end = start + 2 * text.length
    if (end > this.#bytes.length) this.#grow(end)
    this.#bytes.write(text, start, 'utf16le')
    this.#ends.push(end)
  }

  /** The text at `index`, in the order they were added, from 0. */
  get(index: number): string {
    const start = index === 0 ? 0 : this.#ends[index - 1]
    return this.#bytes.toString('utf16le', start, this.#ends[index])
  }

  #grow(atLeast: number): void {
    const bytes = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, atLeast))
    this.#bytes.copy(bytes)
    this.#bytes = bytes
  }
}

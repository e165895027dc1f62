import { basename } from 'node:path'
import { InputError } from '../../errors/index.ts'
import {
  type Cell,
  type Column,
  type ColumnChoice,
  fileHash,
  locationText,
  readRows,
  type TextFormat,
} from '../../files/index.ts'
import { type Dataset, type DatasetKind, datasetError, hasLabel } from './dataset.ts'
import type { LabelOptions } from './label.ts'
import { MemoryDataset } from './memory-dataset.ts'

/** What a file's rows are, and which of its columns hold them. */
export interface LoadDatasetOptions {
  readonly kind: DatasetKind
  /** Default: the file's name up to the first point. */
  readonly name?: string
  /**
   * The columns of the texts, in the order of the kind: of triplets the anchor, the positive, then
   * any number of negatives. In csv and tsv, numbers mean that there is no row of names.
   * Default: text or sentence; sentence1 and sentence2, text1 and text2, a and b, anchor and
   * positive, query and positive; those and negative.
   */
  readonly texts?: readonly Column[]
  /** The column of the label. Default: label or score. */
  readonly labelColumn?: Column
  readonly label?: LabelOptions
  /** Only rows whose column holds this value, or one of these. Default: all. */
  readonly where?: RowFilter
  /** The most examples; the rest of the file is not read. Default: all. */
  readonly limit?: number
  /** Default: what the file's name says. */
  readonly format?: TextFormat
}

/** Which rows of a file are taken: those whose cell in a column is one of these. */
export interface RowFilter {
  readonly column: Column
  readonly equals: Cell | readonly Cell[]
}

const FIRST_NAMES = ['sentence1', 'text1', 'a', 'anchor', 'query']
const SECOND_NAMES = ['sentence2', 'text2', 'b', 'positive', 'pos']
const TRIPLET_NAMES = [
  ['anchor', 'query', 'a', 'sentence1'],
  SECOND_NAMES,
  ['negative', 'neg', 'c'],
]
const DEFAULT_TEXTS: Readonly<Record<DatasetKind, readonly ColumnChoice[]>> = {
  sentences: [['text', 'sentence']],
  pairs: [FIRST_NAMES, SECOND_NAMES],
  'scored-pairs': [FIRST_NAMES, SECOND_NAMES],
  'labelled-pairs': [FIRST_NAMES, SECOND_NAMES],
  triplets: TRIPLET_NAMES,
  'scored-triplets': TRIPLET_NAMES,
}

/**
 * Reads a data set into memory, from txt, jsonl, json, tsv, csv or parquet, gz too.
 * @throws InputError naming file and line: what `readRows` complains of, an empty text, a label that
 *   is no number or out of range; also when no row is left.
 */
export async function loadDataset(path: string, options: LoadDatasetOptions): Promise<Dataset> {
  const { kind, where, label, limit = Number.POSITIVE_INFINITY } = options
  const { name = basename(path).split('.')[0] ?? path } = options
  const texts = options.texts ?? DEFAULT_TEXTS[kind]
  requireLimit(limit)
  const hash = await fileHash(path)
  const columns = texts.length
  const dataset = new MemoryDataset({ name, kind, columns, hash, ...(label ? { label } : {}) })
  const passes = filterOf(where)
  for await (const { cells, location } of readRows(path, rowOptions(texts, options))) {
    if (!passes(cells.at(-1))) continue
    dataset.add(cells, () => locationText(location))
    if (dataset.length >= limit) break
  }
  if (dataset.length === 0) throw nothingLeft(path, where)
  return dataset
}

/** Texts first, then the label, then what the filter asks for. */
function rowOptions(
  texts: readonly ColumnChoice[],
  { kind, where, format, labelColumn }: LoadDatasetOptions,
) {
  const label = hasLabel(kind) ? [labelColumn ?? ['label', 'score']] : []
  const columns = [...texts, ...label, ...(where ? [where.column] : [])]
  return { columns, ...(format ? { format } : {}) }
}

/** Cells of tsv and csv are texts, so that numbers are compared as texts too. */
function filterOf(where: RowFilter | undefined): (cell: Cell | undefined) => boolean {
  if (!where) return () => true
  const allowed = new Set([where.equals].flat().map(String))
  return (cell) => allowed.has(String(cell))
}

function requireLimit(limit: number): void {
  if (limit >= 1 && (Number.isInteger(limit) || limit === Number.POSITIVE_INFINITY)) return
  throw new InputError('data-limit', `limit must be a whole number from 1, but it is ${limit}`)
}

function nothingLeft(path: string, where: RowFilter | undefined): InputError {
  const wanted = where
    ? ` whose column ${where.column} is ${[where.equals].flat().join(' or ')}`
    : ''
  return datasetError('data-empty', path, `there is no row${wanted}`)
}

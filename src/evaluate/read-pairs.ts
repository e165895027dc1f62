import { InputError } from '../errors/index.ts'
import {
  type ColumnChoice,
  locationText,
  type Row,
  type RowLocation,
  readRows,
} from '../files/index.ts'
import type { GoldLabels, Pairs } from './task.ts'

/**
 * Which columns hold a pair: an index, from 0, or a name, or several names of which the file has
 * one. In tsv and csv, names mean that the first row holds the names.
 */
export interface PairColumns {
  readonly first: ColumnChoice
  readonly second: ColumnChoice
  readonly label: ColumnChoice
}

/** The layout of a file without a header. */
const DEFAULT_COLUMNS: PairColumns = { first: 0, second: 1, label: 2 }

/** What the labels of a file are, and which of its columns hold a pair. */
export interface ReadPairsOptions {
  readonly labels: GoldLabels
  /** Default: sentence, sentence, label, without a header. */
  readonly columns?: PairColumns
}

/**
 * Reads labelled pairs from a file of any format that texts are read from, most often tsv.
 * @throws InputError when the file is missing, empty, damaged or not UTF-8, rows have different
 *   numbers of columns, or a label is out of range; file and line are named.
 */
export async function readPairs(
  path: string,
  { labels, columns = DEFAULT_COLUMNS }: ReadPairsOptions,
): Promise<Pairs> {
  const rows: Row[] = []
  const choices = [columns.first, columns.second, columns.label]
  for await (const row of readRows(path, { columns: choices })) rows.push(row)
  return {
    first: rows.map(({ cells }) => String(cells[0])),
    second: rows.map(({ cells }) => String(cells[1])),
    gold: Float64Array.from(rows, ({ cells, location }) => labelOf(cells[2], labels, location)),
    lines: Uint32Array.from(rows, ({ location }) => location.line),
  }
}

function labelOf(label: unknown, labels: GoldLabels, location: RowLocation): number {
  const value = String(label).trim() === '' ? Number.NaN : Number(label)
  const isRight =
    labels === 'binary' ? value === 0 || value === 1 : value >= 0 && value <= labels.max
  if (isRight) return value
  const range = labels === 'binary' ? '0 or 1' : `from 0 to ${labels.max}`
  throw new InputError(
    'input-label',
    `${locationText(location)}: the label must be ${range}, but is ${JSON.stringify(String(label))}`,
    { facts: { file: location.name, line: location.line, label } },
  )
}

/** Says which rows stand in a file more than once: they count as often in every metric. */
export function duplicateWarnings({ first, second, gold, lines }: Pairs, name: string): string[] {
  const seen = new Map<string, number>()
  const repeated: { readonly line: number; readonly earlier: number; readonly same: boolean }[] = []
  first.forEach((text, row) => {
    const key = JSON.stringify([text, second[row]])
    const earlier = seen.get(key)
    if (earlier === undefined) seen.set(key, row)
    else {
      const same = gold[row] === gold[earlier]
      repeated.push({ line: lines[row] ?? 0, earlier: lines[earlier] ?? 0, same })
    }
  })
  const [example] = repeated
  if (!example) return []
  const contradictory = repeated.filter(({ same }) => !same)
  const [conflict] = contradictory
  const warning = `${name}: ${repeated.length} pairs occur again (line ${example.line} repeats line ${example.earlier})`
  if (!conflict) return [`${warning}; they count twice, as in the reference`]
  const where = `line ${conflict.line} and line ${conflict.earlier}`
  return [`${warning}, ${contradictory.length} of them with another label (${where})`]
}

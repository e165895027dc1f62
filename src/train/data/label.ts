import type { Cell } from '../../files/index.ts'
import type { DatasetKind } from './dataset.ts'

/** How the cells of the label's column become numbers. */
export interface LabelOptions {
  /** What each label is divided by, e.g. 5 for scores from 0 to 5. Default 1. */
  readonly scale?: number
  /** Numbers for words, e.g. `{ entailment: 1, contradiction: 0 }`. Default: cells are numbers. */
  readonly values?: Readonly<Record<string, number>>
  /**
   * Where a score must lie after scaling. Default 0 to 1, of triplets anywhere; a label of labelled pairs is 0
   * or 1.
   */
  readonly range?: readonly [low: number, high: number]
}

/** The label, or what is wrong with it. */
export type LabelReading = { readonly label: number } | { readonly wrong: string }

const usualRange = (kind: DatasetKind) =>
  kind === 'scored-triplets'
    ? ([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const)
    : ([0, 1] as const)

/** Reads labels of one kind of data set. */
export function labelReader(
  kind: DatasetKind,
  { scale = 1, values, range = usualRange(kind) }: LabelOptions = {},
): (cell: Cell) => LabelReading {
  return (cell) => {
    const number = values ? values[String(cell)] : numberOf(cell)
    if (number === undefined || !Number.isFinite(number)) {
      const expected = values ? `one of ${Object.keys(values).join(', ')}` : 'a number'
      return { wrong: `expected ${expected} as label, but got ${JSON.stringify(cell)}` }
    }
    const label = number / scale
    if (kind === 'labelled-pairs') {
      if (label === 0 || label === 1) return { label }
      return { wrong: `expected the label 0 or 1, but got ${label}; give labels values` }
    }
    const [low, high] = range
    if (label >= low && label <= high) return { label }
    return {
      wrong: `expected a label from ${low} to ${high}, but got ${label}; give labels a scale`,
    }
  }
}

function numberOf(cell: Cell): number | undefined {
  if (typeof cell === 'number') return cell
  return cell.trim() === '' ? undefined : Number(cell)
}

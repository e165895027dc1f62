/** Where a row begins or ends in its file. */
export interface Place {
  readonly name: string
  /** Counted from 1; rows of Parquet, which has no lines, from 0. */
  readonly line: number
  readonly unit?: 'line' | 'row'
}

/** The chosen columns of a row, before it is judged whether they hold what they should. */
export interface RawRow {
  readonly values: readonly unknown[]
  /** What the columns are called, where they have names. */
  readonly names: readonly string[] | undefined
  readonly place: Place
}

export function placeText({ name, line, unit = 'line' }: Place): string {
  return `${name}, ${unit} ${line}`
}

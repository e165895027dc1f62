import type { Matrix } from '../../similarity/index.ts'
import type { ScoredBlock } from './row-memory.ts'

/** Quantised rows, by which many are scored fast and nearly right. */
export interface RowCodes {
  /** Best candidates to be scored again for each one that is wanted, and at least so many. */
  readonly oversampling: { readonly factor: number; readonly least: number }
  /** Takes the measure of some rows; codes written before are of no use afterwards. */
  measure(sample: Matrix): void
  /** Writes the codes of rows that begin at `start`. */
  write(start: number, rows: Matrix): void
  copy(from: number, to: number): void
  /** Scores the first `count` rows. */
  scores(query: Float32Array, count: number): Iterable<ScoredBlock>
}

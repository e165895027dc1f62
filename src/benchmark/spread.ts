import { quantile } from '../metrics/index.ts'

/** The middle of several measurements, and their ends. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** How long single calls took, in milliseconds: half of them no longer than `p50`, and so on. */
export interface Latency {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0), high: quantile(sorted, 1) }
}

/** @param milliseconds at least one */
export function latencyOf(milliseconds: readonly number[]): Latency {
  const sorted = milliseconds.toSorted((a, b) => a - b)
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), p99: quantile(sorted, 0.99) }
}

/** Rows that were encoded between two times, in milliseconds since 1970. */
export interface Stretch {
  readonly rows: number
  readonly from: number
  readonly to: number
}

/**
 * Rows a second within the last `window` milliseconds, or since the first stretch began, if that is
 * later. A stretch's rows count as spread evenly over its time. 0 where there is nothing.
 */
export function pace(stretches: readonly Stretch[], now: number, window: number): number {
  const first = stretches.reduce((earliest, { from }) => Math.min(earliest, from), now)
  const start = Math.max(first, now - window)
  if (start >= now) return 0
  const rows = stretches.reduce((sum, stretch) => sum + rowsSince(start, stretch), 0)
  return (rows / (now - start)) * 1000
}

function rowsSince(start: number, { rows, from, to }: Stretch): number {
  if (to <= start) return 0
  return from >= start ? rows : (rows * (to - start)) / (to - from)
}

import type { Shell } from './shell.ts'

/** Prints names and values, a line each, the values in one column. */
export function printFields(fields: Readonly<Record<string, string>>, shell: Shell): void {
  const width = Math.max(...Object.keys(fields).map((name) => name.length))
  for (const [name, value] of Object.entries(fields)) {
    shell.print(`${shell.style('dim', name.padEnd(width))}  ${value}`)
  }
}

/** Values of a vector that are shown to people. */
const SHOWN = 6

/** The first values of a vector, and that there are more: `0.0123  -0.4567  …`. */
export function vectorHead(vector: Iterable<number> & { readonly length: number }): string {
  const head = Array.from(vector)
    .slice(0, SHOWN)
    .map((value) => (Number.isInteger(value) ? `${value}` : value.toFixed(4)).padStart(7))
  return head.join(' ') + (vector.length > SHOWN ? ' …' : '')
}

/** A whole number with commas between thousands: `12,345`. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** `1:02:03`, or `2:03` below an hour. */
export function timeText(seconds: number): string {
  const whole = Math.round(seconds)
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  const rest = two(whole % 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}

/** A value between tabs. */
export function oneLine(value: string | number): string {
  return String(value).replace(/[\t\n\r]+/g, ' ')
}

/** More digits of a float32 cosine are noise. */
export function shortScore(score: number): number {
  return Number(score.toFixed(6))
}

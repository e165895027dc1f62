import type { Shell } from './shell.ts'

/** Prints names and values, a line each, the values in one column. */
export function printFields(fields: Readonly<Record<string, string>>, shell: Shell): void {
  const width = Math.max(...Object.keys(fields).map((name) => name.length))
  for (const [name, value] of Object.entries(fields)) {
    shell.print(`${shell.style('dim', name.padEnd(width))}  ${value}`)
  }
}

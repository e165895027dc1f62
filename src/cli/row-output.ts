import { type NamedRow, ROW_FORMATS, RowWriter } from '../files/index.ts'
import { grouped, oneLine } from './format.ts'
import type { Shell } from './shell.ts'

export const ROW_OUTPUT_FLAG = {
  output: {
    type: 'string',
    valueHint: 'file',
    description: `Write to .${ROW_FORMATS.join(', .')} (default: print)`,
  },
} as const

/** Rows written at once. */
const BLOCK = 4096

/** Writes rows to a file, which appears whole or not at all; gives how many. */
export async function writeRows(path: string, rows: Iterable<NamedRow>): Promise<number> {
  const writer = await RowWriter.create(path)
  try {
    let count = 0
    const waiting: NamedRow[] = []
    for (const row of rows) {
      count += 1
      waiting.push(row)
      if (waiting.length === BLOCK) await writer.write(waiting.splice(0))
    }
    await writer.write(waiting)
    await writer.finish()
    return count
  } finally {
    await writer.abort()
  }
}

interface RowTarget {
  readonly args: { readonly output?: string | undefined; readonly json?: boolean | undefined }
  /** What the rows are, for people. */
  readonly what: string
}

/**
 * Writes rows to `--output` and tells how many, or prints them: values between tabs, or with
 * `--json` an object a line.
 */
export async function giveRows(
  rows: Iterable<NamedRow>,
  { args: { output, json = false }, what }: RowTarget,
  shell: Shell,
): Promise<void> {
  if (output === undefined) return printRows(rows, json, shell)
  const count = await writeRows(output, rows)
  if (json) shell.printJson({ output, rows: count })
  else shell.print(`${output}: ${grouped(count)} ${what}`)
}

function printRows(rows: Iterable<NamedRow>, json: boolean, shell: Shell): void {
  for (const row of rows) {
    if (json) shell.printJson(row)
    else shell.print(Object.values(row).map(oneLine).join('\t'))
  }
}

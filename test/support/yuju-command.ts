import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text as readAll } from 'node:stream/consumers'

export const MAIN = join(import.meta.dirname, '../../dist/cli/main.js')

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts the built command line. */
export function start(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const { YUJU_MODEL: _, ...inherited } = process.env
  return spawn(process.execPath, [MAIN, ...args], { env: { ...inherited, ...env } })
}

/** Lines of progress, which only a slow machine has the time to print. */
const PROGRESS = /^[\d,]+( of [\d,]+)? \w+, [\d,]+ a second\n/gm

/** How a run ended and what it printed, without lines of progress. */
export async function finished(child: ChildProcess): Promise<Finished> {
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout ? readAll(child.stdout) : '',
    child.stderr ? readAll(child.stderr) : '',
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { code, stdout, stderr: stderr.replace(PROGRESS, '') }
}

/** Runs the built command line, with nothing on its standard input. */
export async function yuju(...args: readonly string[]): Promise<Finished> {
  const child = start(args)
  child.stdin?.end()
  return finished(child)
}

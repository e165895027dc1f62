import process from 'node:process'
import { addAbortSignal } from 'node:stream'
import { styleText } from 'node:util'
import { outputError } from '../files/index.ts'

type Style = Parameters<typeof styleText>[0]

/** What a command has of the world around it; the only door to `process`. */
export interface Shell {
  /**
   * Is aborted by Ctrl-C, by `kill`, and when the reader of our output has gone (`Interruption`); by an
   * OutputError when it cannot be written.
   */
  readonly signal: AbortSignal
  readonly env: Readonly<Record<string, string | undefined>>
  /** The id of this process. */
  readonly pid: number
  /** Whether progress is watched by a person. */
  readonly hasTerminal: boolean
  readonly errorStream: NodeJS.WritableStream
  /** Results: a line to stdout. */
  print(line: string): void
  /** A result for programs: one JSON value on a line to stdout. */
  printJson(value: unknown): void
  /** Waits until what was printed is out, or could not be written, which aborts the signal. */
  printed(): Promise<void>
  /** Everything else: a line to stderr. */
  note(line: string): void
  /** A warning of the library, as a note. */
  warn(message: string): void
  /** Colours what is printed, where a person reads it. */
  style(style: Style, text: string): string
  /** The bytes of stdin. */
  input(): AsyncIterable<Uint8Array>
}

/** Why a run ended early, and the exit code that says so. */
export class Interruption {
  readonly exitCode: number

  constructor(exitCode: number) {
    this.exitCode = exitCode
  }
}

/** The shell of this process; its handlers are set from now on. */
export function processShell(): Shell {
  const { stdin, stdout, stderr, env, pid } = process
  const interrupt = new AbortController()
  const stop = (exitCode: number) => interrupt.abort(new Interruption(exitCode))
  // Once only: a second Ctrl-C finds no handler and ends the process at once.
  process.once('SIGINT', () => stop(130))
  process.once('SIGTERM', () => stop(143))
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') stop(0)
      // What cannot be said on standard error cannot be said at all.
      else if (stream === stdout) interrupt.abort(outputError('standard output', error))
    })
  }
  const isColoured = stdout.isTTY && !env.NO_COLOR
  const print = (line: string) => void stdout.write(`${line}\n`)
  // On a terminal a progress bar may stand where the line goes.
  const note = (line: string) => void stderr.write(`${stderr.isTTY ? '\r\x1b[K' : ''}${line}\n`)
  return {
    signal: interrupt.signal,
    env,
    pid,
    hasTerminal: stderr.isTTY,
    errorStream: stderr,
    print,
    printJson: (value) => print(JSON.stringify(value)),
    note,
    warn: (message) => note(`warning: ${message}`),
    style: (style, text) => (isColoured ? styleText(style, text) : text),
    // An error of the stream comes before the end of a write that follows.
    printed: () => new Promise((resolve) => stdout.write('', () => resolve())),
    input: () => addAbortSignal(interrupt.signal, stdin),
  }
}

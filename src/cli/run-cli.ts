import { OutputError, YujuError } from '../errors/index.ts'
import { packageVersion } from '../files/index.ts'
import type { CommandTable } from './command.ts'
import { suggestion, UsageError } from './command-line.ts'
import { COMMANDS } from './command-table.ts'
import { Interruption, type Shell } from './shell.ts'
import { commandUsage, programUsage, tableUsage } from './usage.ts'

/**
 * Runs one command line.
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
 */
export async function runCli(words: readonly string[], shell: Shell): Promise<number> {
  try {
    await dispatch(words, shell)
    await shell.printed()
    if (shell.signal.reason instanceof OutputError) throw shell.signal.reason
    return 0
  } catch (error) {
    return reportError(error, shell)
  }
}

async function dispatch([name, ...words]: readonly string[], shell: Shell): Promise<void> {
  if (name === undefined) throw new UsageError('no command was named; see yuju --help')
  if (isHelp(name)) return shell.print(await programUsage())
  if (name === '--version' || name === '-v') return shell.print(packageVersion())
  await runNamed(COMMANDS, ['yuju'], [name, ...words], shell)
}

/** Runs the command of a table that the first word names; `path` are the words in front of it. */
async function runNamed(
  table: CommandTable,
  path: readonly string[],
  [name, ...words]: readonly string[],
  shell: Shell,
): Promise<void> {
  const program = path.join(' ')
  if (name === undefined) throw new UsageError(`no command was named; see ${program} --help`)
  const entry = Object.hasOwn(table, name) ? table[name] : undefined
  if (!entry) {
    const hint = suggestion(name, Object.keys(table)) || `; see ${program} --help`
    throw new UsageError(`there is no ${name.startsWith('-') ? 'flag' : 'command'} ${name}${hint}`)
  }
  const about = { name: `${program} ${name}`, description: entry.description }
  if ('commands' in entry) {
    if (isHelp(words[0])) return shell.print(await tableUsage(about, entry.commands))
    return runNamed(entry.commands, [...path, name], words, shell)
  }
  const command = await entry.load()
  if (wantsHelp(words)) return shell.print(await commandUsage(about, command.args))
  await command.run(words, shell)
}

function isHelp(word: string | undefined): boolean {
  return word === '--help' || word === '-h'
}

function wantsHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--')
  return words.slice(0, end < 0 ? words.length : end).some(isHelp)
}

/** Errors of the library that come from the value of a flag. */
const USAGE_CODES: ReadonlySet<string> = new Set([
  'option-range',
  'option-choice',
  'max-length-too-small',
  'input-format-unknown',
  'output-format-unknown',
])

function reportError(error: unknown, shell: Shell): number {
  if (shell.signal.aborted) {
    const { reason } = shell.signal
    if (reason instanceof OutputError) {
      shell.note(`yuju: ${reason.message}`)
      return 1
    }
    const exitCode = reason instanceof Interruption ? reason.exitCode : 130
    if (exitCode !== 0) shell.note('yuju: interrupted')
    return exitCode
  }
  shell.note(`yuju: ${messageOf(error)}`)
  if (shell.env.YUJU_DEBUG === '1' && error instanceof Error) shell.note(stackOf(error))
  const isUsage = error instanceof YujuError && USAGE_CODES.has(error.code)
  return error instanceof UsageError || isUsage ? 2 : 1
}

function messageOf(error: unknown): string {
  if (error instanceof YujuError || error instanceof UsageError) return error.message
  const message = error instanceof Error ? error.message : String(error)
  return `unexpected error: ${message}; YUJU_DEBUG=1 shows where it came from`
}

/** The stack, and those of the errors underneath. */
function stackOf(error: Error): string {
  const own = error.stack ?? error.message
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own
}

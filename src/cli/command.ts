import { type ArgsDef, type ParsedArgs, parseArgs } from 'citty'
import { checkCommandLine } from './command-line.ts'
import type { Shell } from './shell.ts'

/** One command: what it takes, as data, and what it does. */
export interface Command {
  readonly args: ArgsDef
  /** @throws UsageError when the words are not what the command takes. */
  run(words: readonly string[], shell: Shell): Promise<void>
}

/** Makes a command of its arguments and of the work that gets them, parsed and typed. */
export function defineCommand<const Args extends ArgsDef>(
  args: Args,
  work: (args: ParsedArgs<Args>, shell: Shell) => Promise<void>,
): Command {
  return {
    args,
    async run(words, shell) {
      checkCommandLine(words, args)
      await work(parseArgs<Args>([...words], args), shell)
    },
  }
}

import { type ArgsDef, type ParsedArgs, parseArgs } from 'citty'
import { checkCommandLine, flagValues } from './command-line.ts'
import type { Shell } from './shell.ts'

/** One command: what it takes, as data, and what it does. */
export interface Command {
  readonly args: ArgsDef
  /** @throws UsageError when the words are not what the command takes. */
  run(words: readonly string[], shell: Shell): Promise<void>
}

/** A command as the help shows it. */
interface CommandEntry {
  readonly description: string
  /** Loads the command's file, when it is called and not before. */
  readonly load: () => Promise<Command>
}

/** A command that is followed by the name of one of several. */
interface CommandGroup {
  readonly description: string
  readonly commands: CommandTable
}

/** Commands by name, in the order of the help. */
export type CommandTable = Readonly<Record<string, CommandEntry | CommandGroup>>

/** All values of a flag that may be given again. */
export type FlagValues = (flag: string) => string[]

/**
 * Makes a command of its arguments and of the work that gets them, parsed and typed; a flag that is
 * given again has its last value there, and all of them by `valuesOf`.
 */
export function defineCommand<const Args extends ArgsDef>(
  args: Args,
  work: (args: ParsedArgs<Args>, shell: Shell, valuesOf: FlagValues) => Promise<void>,
): Command {
  return {
    args,
    async run(words, shell) {
      checkCommandLine(words, args)
      const valuesOf = (flag: string) => flagValues(flag, words, args)
      await work(parseArgs<Args>([...words], args), shell, valuesOf)
    },
  }
}

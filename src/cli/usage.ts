import { stripVTControlCharacters } from 'node:util'
import { type ArgsDef, renderUsage } from 'citty'
import { packageVersion } from '../files/index.ts'
import type { CommandTable } from './command.ts'
import { COMMANDS } from './command-table.ts'

const FOOTER =
  'Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. YUJU_DEBUG=1 shows stacks.'

/** What help says in its first line. */
interface About {
  readonly name: string
  readonly description: string
  readonly version?: string
}

/** The help of the whole program. */
export async function programUsage(): Promise<string> {
  const version = packageVersion()
  const about = { name: 'yuju', version, description: 'Chinese sentence embeddings' }
  return `${await tableUsage(about, COMMANDS)}\n${FOOTER}`
}

/** The help of something that is followed by the name of a command. */
export async function tableUsage(meta: About, table: CommandTable): Promise<string> {
  const commands = Object.entries(table).map(([name, { description }]) => {
    return [name, { meta: { name, description } }] as const
  })
  return plain(await renderUsage({ meta, subCommands: Object.fromEntries(commands) }))
}

/** The help of one command. */
export async function commandUsage(meta: About, args: ArgsDef): Promise<string> {
  return plain(await renderUsage({ meta, args }))
}

/** citty colours its help also where no terminal shows it, and fills lines up with spaces. */
function plain(usage: string): string {
  return stripVTControlCharacters(usage).replace(/ +$/gm, '').trimEnd()
}

import { stripVTControlCharacters } from 'node:util'
import { type ArgsDef, renderUsage } from 'citty'
import { COMMANDS } from './command-table.ts'

const FOOTER =
  'Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. YUJU_DEBUG=1 shows stacks.'

/** The help of the whole program. */
export async function programUsage(): Promise<string> {
  const commands = Object.entries(COMMANDS).map(([name, { description }]) => {
    return [name, { meta: { name, description } }] as const
  })
  const meta = {
    name: 'yuju',
    version: await programVersion(),
    description: 'Chinese sentence embeddings',
  }
  const usage = await renderUsage({ meta, subCommands: Object.fromEntries(commands) })
  return `${plain(usage)}\n${FOOTER}`
}

/** The help of one command. */
export async function commandUsage(name: string, args: ArgsDef): Promise<string> {
  const description = COMMANDS[name]?.description ?? ''
  return plain(await renderUsage({ meta: { name: `yuju ${name}`, description }, args }))
}

/** citty colours its help also where no terminal shows it, and fills lines up with spaces. */
function plain(usage: string): string {
  return stripVTControlCharacters(usage).replace(/ +$/gm, '').trimEnd()
}

export async function programVersion(): Promise<string> {
  const { packageVersion } = await import('../files/index.ts')
  return packageVersion()
}

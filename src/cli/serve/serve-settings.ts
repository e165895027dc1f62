import type { ArgDef } from 'citty'
import { z } from 'zod'
import { checkSettings, listenSettings, serverSettings } from '../../server/settings/index.ts'
import { UsageError } from '../command-line.ts'

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info'] as const

/** Settings of the log, a line of JSON on stderr for each request. */
export const logSettings = z.strictObject({
  logLevel: z
    .enum(LOG_LEVELS)
    .default('info')
    .describe('What is logged: nothing, failures, refusals as well, or every request'),
  logTexts: z
    .boolean()
    .default(false)
    .describe('Log what was sent, texts included, with every request'),
})

export type LogSettings = Readonly<z.infer<typeof logSettings>>

/** Every setting of `yuju serve`, from which its flags and environment variables are made. */
const serveSettings = z.strictObject({
  ...listenSettings.shape,
  ...serverSettings.shape,
  ...logSettings.shape,
})
type Name = keyof typeof serveSettings.shape
export type ServeSettings = z.infer<typeof serveSettings>

/** A setting, as flags, environment and documentation know it. */
export interface Setting {
  readonly name: Name
  /** `--batch-tokens` without its dashes. */
  readonly flag: string
  /** `YUJU_BATCH_TOKENS`. */
  readonly variable: string
  readonly kind: 'number' | 'string' | 'list' | 'choice'
  readonly choices: readonly string[]
  /** As it would be written; empty where there is none. */
  readonly default: string
  readonly description: string
}

export const SETTINGS: readonly Setting[] = Object.entries(serveSettings.shape).map(
  ([name, schema]) => describeSetting(name as Name, schema),
)

function describeSetting(name: Name, schema: z.ZodType): Setting {
  const words = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const fallback = schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined
  return {
    name,
    flag: words,
    variable: `YUJU_${words.toUpperCase().replaceAll('-', '_')}`,
    ...kindOf(innermost(schema)),
    default: Array.isArray(fallback) ? fallback.join(',') : String(fallback ?? ''),
    description: schema.description ?? '',
  }
}

function innermost(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) {
    return innermost(schema.unwrap() as z.ZodType)
  }
  return schema
}

function kindOf(schema: z.ZodType): Pick<Setting, 'kind' | 'choices'> {
  if (schema instanceof z.ZodNumber) return { kind: 'number', choices: [] }
  if (schema instanceof z.ZodArray) return { kind: 'list', choices: [] }
  if (schema instanceof z.ZodBoolean) return { kind: 'choice', choices: ['true', 'false'] }
  if (schema instanceof z.ZodEnum) return { kind: 'choice', choices: schema.options.map(String) }
  return { kind: 'string', choices: [] }
}

const VALUE_HINTS = { number: 'n', string: 'text', list: 'a,b,…', choice: '' } as const

/** The flags, for citty. */
export const SETTING_FLAGS: Readonly<Record<string, ArgDef>> = Object.fromEntries(
  SETTINGS.map(({ flag, kind, choices, description, default: fallback, variable }) => {
    const about = `${description} (${fallback === '' ? '' : `default: ${fallback}; `}${variable})`
    const arg: ArgDef =
      kind === 'choice'
        ? { type: 'enum', options: [...choices], description: about }
        : { type: 'string', valueHint: VALUE_HINTS[kind], description: about }
    return [flag, arg]
  }),
)

/**
 * The settings: flags first, then the environment, then the defaults.
 * @throws UsageError that names the flag or variable whose value does not fit.
 */
export function readSettings(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): ServeSettings {
  const given: Partial<Record<Name, unknown>> = {}
  for (const setting of SETTINGS) {
    const flag = flags[setting.flag]
    const text = typeof flag === 'string' ? flag : env[setting.variable]
    if (text === undefined || text === '') continue
    const source = typeof flag === 'string' ? `--${setting.flag}` : setting.variable
    given[setting.name] = checkValue(setting, text, source)
  }
  return checkSettings(serveSettings, given)
}

function checkValue({ name, kind, choices }: Setting, text: string, source: string): unknown {
  const value = parseValue(kind, text)
  const meant = kind === 'choice' && choices.includes('true') ? text === 'true' : value
  const isChoice = kind !== 'choice' || choices.includes(text)
  const result = serveSettings.shape[name].safeParse(meant)
  if (isChoice && result.success) return meant
  const reason = isChoice ? result.error?.issues[0]?.message : `must be ${choices.join(' or ')}`
  throw new UsageError(`${source} cannot be "${text}": ${reason}`)
}

function parseValue(kind: Setting['kind'], text: string): unknown {
  switch (kind) {
    case 'number':
      return text.trim() === '' ? Number.NaN : Number(text)
    case 'list':
      return text.split(',').map((part) => part.trim())
    case 'string':
    case 'choice':
      return text
    default:
      return kind satisfies never
  }
}

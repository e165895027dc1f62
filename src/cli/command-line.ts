import { extname } from 'node:path'
import { parseArgs } from 'node:util'
import type { ArgDef, ArgsDef } from 'citty'

/** The command line is wrong: an unknown command or flag, a missing argument, a bad value. */
export class UsageError extends Error {}

/**
 * Refuses what citty would let pass: unknown flags, flags without their value, values that are none
 * of the choices, missing and surplus arguments. An argument whose name ends in `…` may be given
 * any number of times.
 */
export function checkCommandLine(words: readonly string[], args: ArgsDef): void {
  const { tokens, positionals } = parseWords(words, args)
  for (const token of tokens) if (token.kind === 'option') checkFlag(token, args)
  checkPositionals(positionals, args)
}

function parseWords(words: readonly string[], args: ArgsDef) {
  const flags = Object.entries(args).filter(([, { type }]) => type !== 'positional')
  return parseArgs({
    args: [...words],
    options: Object.fromEntries(flags.map(([name, arg]) => [name, { type: valueType(arg) }])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
}

/** All values of a flag that may be given again. */
export function flagValues(flag: string, words: readonly string[], args: ArgsDef): string[] {
  return parseWords(words, args).tokens.flatMap((token) => {
    return token.kind === 'option' && token.name === flag ? (token.value ?? []) : []
  })
}

function valueType({ type }: ArgDef): 'string' | 'boolean' {
  return type === 'boolean' ? 'boolean' : 'string'
}

interface FlagToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function checkFlag({ name, rawName, value, inlineValue }: FlagToken, args: ArgsDef): void {
  const arg = rawName.startsWith('--') && Object.hasOwn(args, name) ? args[name] : undefined
  if (!arg || arg.type === 'positional') throw unknownFlag(rawName, args)
  if (arg.type === 'boolean') {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value, but got "${value}"`)
    return
  }
  if (value === undefined) throw new UsageError(`${rawName} needs a value`)
  if (!inlineValue && value.length > 1 && value.startsWith('-')) {
    const hint = `for a value that starts with "-" write ${rawName}=${value}`
    throw new UsageError(`${rawName} needs a value, but ${value} follows; ${hint}`)
  }
  if (arg.type !== 'enum' || arg.options?.includes(value)) return
  throw new UsageError(`${rawName} must be one of ${arg.options?.join(', ')}, but is "${value}"`)
}

function unknownFlag(rawName: string, args: ArgsDef): UsageError {
  const flags = Object.entries(args).filter(([, { type }]) => type !== 'positional')
  const hint = rawName.startsWith('--')
    ? suggestion(
        rawName,
        flags.map(([name]) => `--${name}`),
      )
    : '; a text that starts with "-" goes behind --'
  return new UsageError(`there is no flag ${rawName}${hint}`)
}

function checkPositionals(words: readonly string[], args: ArgsDef): void {
  const positionals = Object.entries(args).filter(([, { type }]) => type === 'positional')
  const missing = positionals.filter(([, { required }]) => required !== false)[words.length]
  if (missing) throw new UsageError(`the argument ${missing[0].toUpperCase()} is missing`)
  const isOpen = positionals.some(([name]) => name.endsWith('…'))
  const surplus = words[positionals.length]
  if (surplus === undefined || isOpen) return
  throw new UsageError(`one argument too many: "${surplus}"`)
}

/** `; did you mean …?`, or nothing where no candidate is near. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(word, candidate) }))
    .sort((a, b) => a.edits - b.edits)
  const [best] = ranked
  return best && best.edits <= 3 ? `; did you mean ${best.candidate}?` : ''
}

/** Letters to add, remove or replace to make `b` of `a`. Reference: Wagner and Fischer, 1974. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const removed = (above[column] ?? 0) + 1
      const added = (current[column - 1] ?? 0) + 1
      current.push(Math.min(replaced, removed, added))
    }
    above = current
  }
  return above[b.length] ?? 0
}

/**
 * A flag's whole number.
 * @throws UsageError for anything else.
 */
export function wholeNumber(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return Number(value)
  throw new UsageError(`--${flag} must be a whole number, but is "${value}"`)
}

/**
 * A flag's number.
 * @throws UsageError for anything else.
 */
export function decimalNumber(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const number = value.trim() === '' ? Number.NaN : Number(value)
  if (Number.isFinite(number)) return number
  throw new UsageError(`--${flag} must be a number, but is "${value}"`)
}

/**
 * Which of some formats a file's extension names.
 * @throws UsageError for another one.
 */
export function formatOf<Format extends string>(path: string, formats: readonly Format[]): Format {
  const format = formats.find((candidate) => extname(path) === `.${candidate}`)
  if (format) return format
  const endings = formats.join(', .')
  throw new UsageError(`the name of ${path} does not tell its format; end it in .${endings}`)
}

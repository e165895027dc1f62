/** Options without those that are undefined. */
export type Given<Options> = { [Name in keyof Options]?: Exclude<Options[Name], undefined> }

/** The options that were given: one that is undefined is dropped, and its default counts. */
export function given<Options extends object>(options: Options): Given<Options> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Given<Options>
}

/** Those options of which `names` has the names. */
export function pick<Options extends object, Names extends object>(
  options: Options,
  names: Names,
): Pick<Options, keyof Options & keyof Names> {
  const entries = Object.entries(options).filter(([name]) => Object.hasOwn(names, name))
  return Object.fromEntries(entries) as Pick<Options, keyof Options & keyof Names>
}

type CamelCase<Name> = Name extends `${infer First}_${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name

/** Options as code has them, of those that a JSON file has in snake_case. */
export type CamelCased<Options> = {
  [Name in keyof Options as CamelCase<Name>]: null extends Options[Name]
    ? Exclude<Options[Name], null> | undefined
    : Options[Name]
}

/**
 * `batch_size` becomes `batchSize`, and null, which JSON has for it, undefined. What lies within an
 * option stays as it is, as its names may be the user's.
 */
export function camelCased<Options extends object>(options: Options): CamelCased<Options> {
  const entries = Object.entries(options).map(([name, value]) => [
    camelCase(name),
    value ?? undefined,
  ])
  return Object.fromEntries(entries) as CamelCased<Options>
}

const camelCase = (name: string) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())

/** `batchSize` becomes `batch_size`. */
export const snakeCase = (name: string) =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Where warnings go unless the caller takes them: to the console, which in Node is stderr. */
export function warnOnConsole(message: string): void {
  console.warn(message)
}

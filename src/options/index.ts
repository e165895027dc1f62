/** Options without those that are undefined. */
export type Given<Options> = { [Name in keyof Options]?: Exclude<Options[Name], undefined> }

/** The options that were given: an option that is undefined is left out, and its default counts. */
export function given<Options extends object>(options: Options): Given<Options> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Given<Options>
}

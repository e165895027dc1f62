import { modelNames } from '../model-names.ts'
import { UsageError } from '../usage-error.ts'

/** A model, and what requests call it. */
export interface NamedModel {
  readonly name: string
  readonly model: string
}

/**
 * The models of `--model NAME=MODEL` or `--model MODEL`; else those of YUJU_MODEL, with commas
 * between them; else the bundled one. Without a name, a folder is called by its last part, a model of the hub by its id.
 * @throws UsageError when only empty ones were given.
 */
export function servedModels(
  flags: readonly string[],
  fromEnvironment: string | undefined,
  bundled: string,
): NamedModel[] {
  const given = flags.length > 0 ? flags : (fromEnvironment?.split(',') ?? [bundled])
  const words = given.map((word) => word.trim()).filter((word) => word !== '')
  if (words.length === 0) {
    throw new UsageError(
      'no model was named; give --model a folder or owner/name on the hub, or set YUJU_MODEL',
    )
  }
  const split = words.map(splitName)
  const names = modelNames(split.map(({ model }) => model))
  return split.map(({ name, model }, index) => ({ name: name ?? names[index] ?? model, model }))
}

/** A name has no slash, so that a folder with `=` in it is not cut in two. */
function splitName(word: string): { readonly name: string | undefined; readonly model: string } {
  const [, name, model] = word.match(/^([^=/\\]+)=(.+)$/) ?? []
  return model === undefined ? { name: undefined, model: word } : { name, model }
}

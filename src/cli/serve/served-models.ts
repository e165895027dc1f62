import { UsageError } from '../command-line.ts'
import { modelNames } from '../model-names.ts'

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
  const models = namedAddresses(given)
  if (models.length > 0) return models.map(({ name, address }) => ({ name, model: address }))
  throw new UsageError(
    'no model was named; give --model a folder or owner/name on the hub, or set YUJU_MODEL',
  )
}

/** A store, and what requests call it. */
export interface NamedIndex {
  readonly name: string
  readonly store: string
}

/**
 * The indexes of `--index NAME=STORE` or `--index STORE`; else those of YUJU_INDEX, with commas
 * between them; else none.
 */
export function servedIndexes(
  flags: readonly string[],
  fromEnvironment: string | undefined,
): NamedIndex[] {
  const given = flags.length > 0 ? flags : (fromEnvironment?.split(',') ?? [])
  return namedAddresses(given).map(({ name, address }) => ({ name, store: address }))
}

function namedAddresses(given: readonly string[]) {
  const split = given
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .map(splitName)
  const names = modelNames(split.map(({ address }) => address))
  return split.map(({ name, address }, index) => ({
    name: name ?? names[index] ?? address,
    address,
  }))
}

/** A name has no slash, so that a folder with `=` in it is not split in two. */
function splitName(word: string): { readonly name: string | undefined; readonly address: string } {
  const [, name, address] = word.match(/^([^=/\\]+)=(.+)$/) ?? []
  return address === undefined ? { name: undefined, address: word } : { name, address }
}

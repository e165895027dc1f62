import { ERROR_CLASSES, YujuError } from '../errors/index.ts'

/** What was thrown, in a form that keeps all of it on the way to another thread or process. */
export type PackedError =
  | {
      readonly name: string
      readonly message: string
      readonly stack: string | undefined
      readonly isOurs: boolean
      /** Own properties: code and facts of yuju's errors, `errno` and `path` of the system's. */
      readonly properties: Readonly<Record<string, unknown>>
      readonly cause: PackedError | undefined
    }
  | { readonly value: unknown }

/** Causes may go round in a circle. */
const MOST_CAUSES = 8

/** Packs whatever was thrown. Facts that cannot be cloned, such as functions, are left out. */
export function packError(thrown: unknown, causes = MOST_CAUSES): PackedError {
  if (!(thrown instanceof Error)) return { value: isCloneable(thrown) ? thrown : String(thrown) }
  const { name, message, stack, cause } = thrown
  const isOurs = thrown instanceof YujuError
  return {
    name,
    message,
    stack,
    isOurs,
    properties: { ...cloneable(thrown), ...(isOurs && { facts: cloneable(thrown.facts) }) },
    cause: cause === undefined || causes === 0 ? undefined : packError(cause, causes - 1),
  }
}

/** The error as it was: of its class where it is yuju's, else an `Error` of its name. */
export function unpackError(packed: PackedError): unknown {
  if ('value' in packed) return packed.value
  const { name, message, stack, isOurs, properties, cause } = packed
  const Class = (isOurs && ERROR_CLASSES[name]) || YujuError
  const error = isOurs ? new Class('', message) : new Error(message)
  if (!isOurs) hide(error, 'name', name)
  if (cause) hide(error, 'cause', unpackError(cause))
  hide(error, 'stack', stack)
  return Object.assign(error, properties)
}

/** What errors have besides what a look at them lists. */
function hide(error: Error, property: string, value: unknown): void {
  Object.defineProperty(error, property, { value, configurable: true, writable: true })
}

function cloneable(values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => isCloneable(value)))
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}

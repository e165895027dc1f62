import { ERROR_CLASSES, type ErrorFacts, YujuError } from '../errors/index.ts'

/** What was thrown, in a form that keeps all of it on the way to another process or thread. */
export type PackedError =
  | {
      readonly name: string
      readonly message: string
      readonly stack: string | undefined
      /** Of yuju's errors only. */
      readonly facts: ErrorFacts | undefined
      /** Its own properties: the code of yuju's errors, `errno` and `path` of the system's. */
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
  return {
    name,
    message,
    stack,
    facts: thrown instanceof YujuError ? cloneable(thrown.facts) : undefined,
    properties: cloneable(thrown),
    cause: cause === undefined || causes === 0 ? undefined : packError(cause, causes - 1),
  }
}

/** The error as it was: of its class where it is yuju's, else an `Error` of its name. */
export function unpackError(packed: PackedError): unknown {
  if ('value' in packed) return packed.value
  const { name, message, stack, facts, properties, cause } = packed
  const Class = ERROR_CLASSES[name] ?? YujuError
  const error = facts ? new Class('', message, { facts }) : new Error(message)
  const hidden = { name, stack, ...(cause && { cause: unpackError(cause) }) }
  for (const [property, value] of Object.entries(hidden)) {
    // What a look at an error does not list: only yuju's lists its name.
    Object.defineProperty(error, property, { value, configurable: true, writable: true })
  }
  return Object.assign(error, properties)
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

import { ERROR_CLASSES, type ErrorFacts, YujuError } from '../errors/index.ts'

/** What was thrown, in a form that keeps all of it on the way to another process or thread. */
export type PackedError = PackedFields | { readonly value: unknown }

interface PackedFields {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  /** Of yuju's errors only. */
  readonly facts: ErrorFacts | undefined
  /** Its own properties: the code of yuju's errors, `errno` and `path` of the system's. */
  readonly properties: Readonly<Record<string, unknown>>
  readonly cause?: PackedError | undefined
  /** Of an `AggregateError` only. */
  readonly errors?: readonly PackedError[] | undefined
}

/** Errors that are packed with one, as causes and as its `errors`; of further ones only what they say. */
const MOST_ERRORS = 1000

/**
 * Packs whatever was thrown. Facts that cannot be cloned, such as functions, are dropped.
 * @param packed what was packed with it already: causes may go round in a circle
 */
export function packError(thrown: unknown, packed = new Map<Error, PackedError>()): PackedError {
  if (!(thrown instanceof Error)) return { value: isCloneable(thrown) ? thrown : String(thrown) }
  const known = packed.get(thrown)
  if (known) return known
  if (packed.size === MOST_ERRORS) return { value: String(thrown) }
  const { name, message, stack, cause } = thrown
  const facts = thrown instanceof YujuError ? cloneable(thrown.facts) : undefined
  const { cause: _, errors: __, ...own } = thrown as Error & { readonly errors?: unknown }
  const fields: PackedFields = { name, message, stack, facts, properties: cloneable(own) }
  packed.set(thrown, fields)
  return Object.assign(fields, {
    cause: cause === undefined ? undefined : packError(cause, packed),
    errors: errorsOf(thrown)?.map((error) => packError(error, packed)),
  })
}

function errorsOf(error: Error): readonly unknown[] | undefined {
  return error instanceof AggregateError ? error.errors.slice(0, MOST_ERRORS) : undefined
}

/** The error as it was: of its class where it is yuju's, else an `Error` of its name. */
export function unpackError(
  packed: PackedError,
  unpacked = new Map<PackedError, Error>(),
): unknown {
  if ('value' in packed) return packed.value
  const known = unpacked.get(packed)
  if (known) return known
  const { name, stack, properties, cause, errors } = packed
  const error = emptyError(packed)
  unpacked.set(packed, error)
  const hidden = {
    name,
    stack,
    ...(cause && { cause: unpackError(cause, unpacked) }),
    ...(errors && { errors: errors.map((one) => unpackError(one, unpacked)) }),
  }
  for (const [property, value] of Object.entries(hidden)) {
    // What a look at an error does not list: only yuju's lists its name.
    Object.defineProperty(error, property, { value, configurable: true, writable: true })
  }
  return Object.assign(error, properties)
}

/** An error of the class, before what it knows. */
function emptyError({ name, message, facts, errors }: PackedFields): Error {
  const Class = ERROR_CLASSES[name] ?? YujuError
  if (facts) return new Class('', message, { facts })
  return errors ? new AggregateError([], message) : new Error(message)
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

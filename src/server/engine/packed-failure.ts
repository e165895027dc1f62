import {
  CheckpointError,
  HubError,
  InputError,
  RuntimeError,
  YujuError,
} from '../../errors/index.ts'

/** An error on its way between processes, where it would lose its class. */
export interface PackedFailure {
  readonly name: string
  readonly code: string
  readonly message: string
}

const CLASSES = { CheckpointError, HubError, InputError, RuntimeError } as const

export function packFailure(error: unknown): PackedFailure {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof YujuError) return { name: error.name, code: error.code, message }
  return { name: 'RuntimeError', code: 'engine-failed', message }
}

export function unpackFailure({ name, code, message }: PackedFailure): YujuError {
  const Class = Object.hasOwn(CLASSES, name) ? CLASSES[name as keyof typeof CLASSES] : RuntimeError
  return new Class(code, message)
}

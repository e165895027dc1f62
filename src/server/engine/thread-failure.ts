import {
  CheckpointError,
  HubError,
  InputError,
  RuntimeError,
  YujuError,
} from '../../errors/index.ts'

/** An error on its way between threads, where it would lose its class. */
export interface ThreadFailure {
  readonly name: string
  readonly code: string
  readonly message: string
}

const CLASSES = { CheckpointError, HubError, InputError, RuntimeError } as const

export function packFailure(error: unknown): ThreadFailure {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof YujuError) return { name: error.name, code: error.code, message }
  return { name: 'RuntimeError', code: 'engine-failed', message }
}

export function unpackFailure({ name, code, message }: ThreadFailure): YujuError {
  const Class = Object.hasOwn(CLASSES, name) ? CLASSES[name as keyof typeof CLASSES] : RuntimeError
  return new Class(code, message)
}

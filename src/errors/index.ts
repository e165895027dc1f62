/** Everything an error knows, by name, for programs; the message says the same for people. */
export type ErrorFacts = Readonly<Record<string, unknown>>

export interface ErrorDetails {
  readonly facts?: ErrorFacts
  readonly cause?: unknown
}

/**
 * The base of every error yuju throws on purpose.
 *
 * `code` is stable across versions; `message` says what was expected, what came and what to do;
 * `facts` holds the values the message was made of; `cause` the error underneath, if there was one.
 */
export class YujuError extends Error {
  /** Written out, as bundlers that make code smaller rename classes. */
  override readonly name: string = 'YujuError'
  readonly code: string
  readonly facts: ErrorFacts

  constructor(code: string, message: string, { facts = {}, cause }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.facts = facts
  }
}

/**
 * What the caller passed in cannot be used: a text, an option, an input file.
 *
 * Cure: Pass what the message expects.
 */
export class InputError extends YujuError {
  override readonly name = 'InputError'
}

/**
 * A model folder is missing, incomplete, damaged, malicious or of a kind yuju does not know.
 *
 * Cure: Get the model again, or mend the file that the message names.
 */
export class CheckpointError extends YujuError {
  override readonly name = 'CheckpointError'
}

/**
 * The model hub, or the way to it, failed.
 *
 * Cure: Check the network, the id and the endpoint, and try again: what arrived is kept.
 */
export class HubError extends YujuError {
  override readonly name = 'HubError'
}

/**
 * A graph was put together wrongly: a mistake in code, not in data.
 *
 * Cure: Correct the code that builds the graph; where that is yuju's own, report it.
 */
export class GraphError extends YujuError {
  override readonly name = 'GraphError'
}

/**
 * ONNX Runtime could not be loaded, or refused or failed a graph.
 *
 * Cure: Load the model again; where that fails too, `cause` says what the runtime or the machine lacks.
 */
export class RuntimeError extends YujuError {
  override readonly name = 'RuntimeError'
}

/**
 * A result could not be written: full disk, no permission, folder missing.
 *
 * Cure: Make room or name another path, and run it again: what has its final name is whole.
 */
export class OutputError extends YujuError {
  override readonly name = 'OutputError'
}

/**
 * A teacher could not be asked, or gave what are no vectors.
 *
 * Cure: Check the teacher and resume the run.
 */
export class TeacherError extends YujuError {
  override readonly name = 'TeacherError'
}

/**
 * A vector store cannot be opened, reached, read or written, or belongs to another model.
 *
 * Cure: Check the location of the store and the model, and try again.
 */
export class StoreError extends YujuError {
  override readonly name = 'StoreError'
}

/**
 * The server cannot answer a request: what was sent, who sent it, or how busy it is.
 *
 * Cure: Correct the request, or send it again later; docs/serving.md has the HTTP status of each code.
 */
export class ServerError extends YujuError {
  override readonly name = 'ServerError'
}

/**
 * The queue of a bulk run cannot be reached, or does not hold what it should.
 *
 * Cure: Check Redis and the name of the run, and start the worker again.
 */
export class QueueError extends YujuError {
  override readonly name = 'QueueError'
}

/** Every class of yuju's errors by its name, for those that come from another process or thread. */
export const ERROR_CLASSES: Readonly<Record<string, typeof YujuError>> = {
  YujuError,
  InputError,
  CheckpointError,
  HubError,
  GraphError,
  RuntimeError,
  OutputError,
  TeacherError,
  StoreError,
  ServerError,
  QueueError,
}

/** An error of yuju's as it is; anything else that was thrown becomes the cause of one. */
export function yujuErrorOf(
  thrown: unknown,
  wrap: (message: string, details: ErrorDetails) => YujuError,
): YujuError {
  if (thrown instanceof YujuError) return thrown
  return wrap(thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown })
}

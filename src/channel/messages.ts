import type { PackedError } from './packed-error.ts'

/** A function that can be called over a channel. */
type Method = (argument: never) => unknown
/** The argument of a method. */
export type Argument<Methods, Name extends keyof Methods> = Methods[Name] extends (
  argument: infer Value,
) => unknown
  ? Value
  : never
/** What a method gives in the end. */
export type Result<Methods, Name extends keyof Methods> = Methods[Name] extends Method
  ? Awaited<ReturnType<Methods[Name]>>
  : never

/** From the end that requests. */
export type ChannelRequest =
  | { readonly id: number; readonly method: string; readonly argument: unknown }
  | { readonly id: number; readonly abort: true }

/** From the end that serves: one result or failure to each request, and notices at any time. */
export type ChannelReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: PackedError }
  | { readonly notice: unknown }

const BUFFERS = new WeakMap<object, ArrayBuffer[]>()

/** Marks an argument or a result: its buffers are handed over instead of copied. */
export function transfer<Value extends object>(value: Value, buffers: ArrayBuffer[]): Value {
  BUFFERS.set(value, buffers)
  return value
}

/** The buffers that `transfer` marked. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  return BUFFERS.get(value as object) ?? []
}

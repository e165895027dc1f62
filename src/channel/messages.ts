import type { PackedError } from './packed-error.ts'

/** What may be asked over a channel: functions of one argument, by name. */
type Method = (asked: never) => unknown
/** The argument of a method. */
export type Asked<Methods, Name extends keyof Methods> = Methods[Name] extends (
  asked: infer Argument,
) => unknown
  ? Argument
  : never
/** What a method gives in the end. */
export type Answered<Methods, Name extends keyof Methods> = Methods[Name] extends Method
  ? Awaited<ReturnType<Methods[Name]>>
  : never

/** From who asks. */
export type Request =
  | { readonly id: number; readonly method: string; readonly asked: unknown }
  | { readonly id: number; readonly abort: true }

/** From who answers: one answer or failure to each request, and notices at any time. */
export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: PackedError }
  | { readonly notice: unknown }

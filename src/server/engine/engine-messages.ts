import type { LoadOptions } from '../../encoder/index.ts'
import type { Engine, ModelDescription } from './engine.ts'
import type { PackedFailure } from './packed-failure.ts'

/** How a model is loaded, as far as another process can be told that. */
export type EngineLoadOptions = Pick<
  LoadOptions,
  'revision' | 'cacheDir' | 'offline' | 'endpoint' | 'threads' | 'backend' | 'precision'
>

/** The first thing an engine's process is told. */
export interface EngineStart {
  readonly model: string
  readonly options: EngineLoadOptions
}

/** What a process can be asked. */
export type EngineMethod = 'encode' | 'tokenVectors' | 'tokenize' | 'decode' | 'modelHash'
export type Asked<Method extends EngineMethod> = Parameters<Engine[Method]>[0]
export type Answered<Method extends EngineMethod> = Awaited<ReturnType<Engine[Method]>>

export interface EngineRequest {
  readonly id: number
  readonly method: EngineMethod
  readonly asked: unknown
}

/** From the process: `warning` any time, once `ready` or `failed`, then an answer to each request. */
export type EngineReply =
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'ready'; readonly description: ModelDescription }
  | { readonly kind: 'failed'; readonly failure: PackedFailure }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly failure: PackedFailure }

import type { LoadOptions } from '../../encoder/index.ts'
import type { Engine, ModelDescription } from './engine.ts'

/** How a model is loaded, as far as another process can be told that. */
export type EngineLoadOptions = Pick<
  LoadOptions,
  'revision' | 'cacheDir' | 'offline' | 'endpoint' | 'threads' | 'backend' | 'precision'
>

/** What an engine's process needs to start. */
export interface EngineStart {
  readonly model: string
  readonly options: EngineLoadOptions
}

/** What a process can be asked of its model. */
export type EngineMethod = 'encode' | 'tokenVectors' | 'tokenize' | 'decode' | 'modelHash'

/** What an engine's process can be asked: to load its model, once and first; then the others. */
export interface EngineMethods extends Pick<Engine, EngineMethod> {
  load(start: EngineStart): ModelDescription
}

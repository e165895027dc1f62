export type {
  DecodeInput,
  Engine,
  EngineDescription,
  EngineLoadOptions,
  JobResult,
  ModelInput,
  ModelKind,
  PairInput,
  TextInput,
  TextTokens,
  TokenVectors,
} from './engine.ts'
export { EnginePool } from './engine-pool.ts'
export { LocalEngine, type LocalModel } from './local-engine.ts'
export { ProcessEngine } from './process-engine.ts'

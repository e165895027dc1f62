export type {
  DecodeInput,
  Engine,
  EngineDescription,
  EngineLoadOptions,
  JobResult,
  ModelInput,
  TextInput,
  TextTokens,
  TokenVectors,
} from './engine.ts'
export { EnginePool } from './engine-pool.ts'
export { LocalEngine } from './local-engine.ts'
export { ProcessEngine } from './process-engine.ts'

export type {
  DecodeInput,
  Engine,
  JobResult,
  ModelDescription,
  ModelInput,
  TextInput,
  TextTokens,
  TokenVectors,
} from './engine.ts'
export type { EngineLoadOptions } from './engine-messages.ts'
export { EnginePool } from './engine-pool.ts'
export { LocalEngine } from './local-engine.ts'
export { ProcessEngine } from './process-engine.ts'

export type {
  Engine,
  JobResult,
  ModelDescription,
  ModelInput,
  PieceVectors,
  TextPieces,
} from './engine.ts'
export { LocalEngine } from './local-engine.ts'

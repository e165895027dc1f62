export {
  type Activation,
  type AxisRole,
  type DenseSpec,
  type EncoderConfig,
  embeddingWidth,
  familyOf,
  isStatic,
  type ModuleSpec,
  NO_LIMIT,
  type PoolingMode,
  staticConfig,
  TABLE_NAME,
  tableName,
  type Weight,
  type WeightMap,
} from '../model/index.ts'
export { CALIBRATION_FILE, type CalibrationFile, readCalibration } from './calibration-file.ts'
export { type Checkpoint, SIMILARITY_NAMES, type SimilarityName } from './checkpoint.ts'
export { checkpointHash } from './checkpoint-hash.ts'
export type { SaveType, ScoreActivation } from './constants.ts'
export {
  type CrossEncoderCheckpoint,
  type CrossEncoderSpec,
  newClassifier,
  requireCrossEncoder,
  requireEncoder,
} from './cross-encoder.ts'
export { diskFile, diskFolder, OpenFiles } from './disk-folder.ts'
export { fromHalves, toHalves } from './float16.ts'
export { loadCheckpoint } from './load-checkpoint.ts'
export { type ModelFolder, readJson, type StoredFile } from './model-folder.ts'
export { namedWeights, withWeights } from './named-weights.ts'
export { readCheckpoint } from './read-checkpoint.ts'
export { readWeight, readWeightBytes } from './read-weight.ts'
export { readSafetensors } from './safetensors.ts'
export { type SaveOptions, saveCheckpoint } from './save-checkpoint.ts'
export { STATIC_POOLING } from './static-embedding.ts'
export { type ManifestFile, WEB_MANIFEST_FILE, type WebManifest } from './web-manifest.ts'
export { safetensorsBytes, writeSafetensors } from './write-safetensors.ts'

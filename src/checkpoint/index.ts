export type { BertConfig } from './bert-config.ts'
export { CALIBRATION_FILE, type CalibrationFile, readCalibration } from './calibration-file.ts'
export { type Checkpoint, SIMILARITY_NAMES, type SimilarityName } from './checkpoint.ts'
export { checkpointHash } from './checkpoint-hash.ts'
export type { SaveType } from './constants.ts'
export {
  type CrossEncoderCheckpoint,
  type CrossEncoderSpec,
  requireCrossEncoder,
  requireEncoder,
  type ScoreActivation,
} from './cross-encoder.ts'
export { diskFile, diskFolder, OpenFiles } from './disk-folder.ts'
export { embeddingWidth } from './embedding-width.ts'
export { fromHalves, toHalves } from './float16.ts'
export { loadCheckpoint } from './load-checkpoint.ts'
export { type ModelFolder, readJson, type StoredFile } from './model-folder.ts'
export type {
  Activation,
  DenseSpec,
  ModuleSpec,
  PoolingMode,
} from './module-spec.ts'
export { namedWeights, withWeights } from './named-weights.ts'
export { readCheckpoint } from './read-checkpoint.ts'
export { readWeight, readWeightBytes } from './read-weight.ts'
export { readSafetensors } from './safetensors.ts'
export { type SaveOptions, saveCheckpoint } from './save-checkpoint.ts'
export { NO_LIMIT, STATIC_POOLING, staticConfig, TABLE_NAME } from './static-embedding.ts'
export { type ManifestFile, WEB_MANIFEST_FILE, type WebManifest } from './web-manifest.ts'
export type { Weight, WeightMap } from './weight.ts'
export { safetensorsBytes, writeSafetensors } from './write-safetensors.ts'

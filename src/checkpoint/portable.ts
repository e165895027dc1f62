/** What reads a model wherever it lies, without Node: the way in for code that browsers run too. */
export {
  type Activation,
  type DenseSpec,
  isStatic,
  type ModuleSpec,
  type PoolingMode,
  type Weight,
  type WeightMap,
  type WeightType,
} from '../model/index.ts'
export { type CalibrationFile, readCalibration } from './calibration-file.ts'
export type { Checkpoint, SimilarityName } from './checkpoint.ts'
export { SCORE_ACTIVATIONS, type ScoreActivation } from './constants.ts'
export {
  type CrossEncoderCheckpoint,
  requireCrossEncoder,
  requireEncoder,
} from './cross-encoder.ts'
export { checkFilesWhole, checkFinite, type RangeReader } from './finite-weights.ts'
export {
  type DownloadProgress,
  endsEarly,
  type ModelFolder,
  type StoredFile,
  tooLarge,
} from './model-folder.ts'
export { readCheckpoint } from './read-checkpoint.ts'
export { readSafetensors } from './safetensors.ts'
export {
  type ManifestFile,
  parseWebManifest,
  WEB_MANIFEST_FILE,
  type WebManifest,
} from './web-manifest.ts'
export { toFloat32, weightBytes, weightNumbers } from './weight-numbers.ts'

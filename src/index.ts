export {
  type Checkpoint,
  loadCheckpoint,
  type SimilarityName,
  saveCheckpoint,
} from './checkpoint/index.ts'
export {
  type Embeddings,
  type EncodeOptions,
  exportOnnx,
  exportWeb,
  type LoadOptions,
  measureActivationRanges,
  type OutputArrays,
  type OutputRanges,
  type OutputType,
  outputRangesOf,
  type Progress,
  quantizeEmbeddings,
  SentenceEncoder,
  type StreamOptions,
  type TokenEmbeddings,
  type TokenizedText,
  type TruncationPolicy,
} from './encoder/index.ts'
export {
  CheckpointError,
  GraphError,
  HubError,
  InputError,
  OutputError,
  QueueError,
  RuntimeError,
  ServerError,
  StoreError,
  TeacherError,
  YujuError,
} from './errors/index.ts'
export {
  type ActivationRanges,
  copyActivationRanges,
  type Precision,
  saveActivationRanges,
} from './precision/index.ts'
export type { Backend } from './runtime/index.ts'
export {
  allPairsSimilarity,
  type Matrix,
  pairwiseSimilarity,
  type SimilarityBlock,
  similarityOf,
} from './similarity/index.ts'

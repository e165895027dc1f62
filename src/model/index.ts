export type { Dropout, DropoutKind, OperatorKind } from './attention.ts'
export { familyOf, parseEncoderConfig } from './families.ts'
export type {
  AxisRole,
  EncoderConfig,
  EncoderInputs,
  EncoderOptions,
  EncoderStates,
  Family,
} from './family.ts'
export { floatLayer, type LinearLayer } from './layers.ts'
export {
  type Activation,
  type DensePart,
  type DenseSpec,
  denseWeightName,
  denseWeights,
  type ModuleSpec,
  POOLING_MODES,
  type PoolingMode,
  type PoolingSpec,
  withDenseWeights,
} from './module-spec.ts'
export {
  excludesPrompt,
  GRAPH_NAMES,
  type SentenceGraphOptions,
  type SentenceModel,
  sentenceGraph,
  sentenceModel,
} from './sentence-graph.ts'
export {
  embeddingWidth,
  isStatic,
  NO_LIMIT,
  type StoredModel,
  staticConfig,
  TABLE_NAME,
  tableName,
} from './stored-model.ts'
export {
  aligned,
  isNumberType,
  requireFewTensors,
  WEIGHT_BYTES,
  type Weight,
  type WeightData,
  type WeightMap,
  type WeightType,
} from './weight.ts'
export { storedWeights, type WeightSource } from './weight-value.ts'

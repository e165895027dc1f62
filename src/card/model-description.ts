import { stat } from 'node:fs/promises'
import {
  type Checkpoint,
  diskFolder,
  embeddingWidth,
  type ModuleSpec,
  type Weight,
} from '../checkpoint/index.ts'
import { denseWeights } from '../model/index.ts'
import { choosePrecision, type Precision, readActivationRanges } from '../precision/index.ts'

/** What a model is, for people and programs. */
export interface ModelDescription {
  readonly folder: string
  readonly architecture: string
  readonly layers: number
  readonly hiddenSize: number
  readonly heads: number
  readonly intermediateSize: number
  readonly activation: string
  readonly vocabularySize: number
  readonly maxPositions: number
  readonly maxLength: number
  readonly lowercase: boolean
  /** The encoder's and those of dense modules. */
  readonly parameters: number
  readonly weightTypes: readonly string[]
  readonly weightFiles: readonly string[]
  /** Bytes of the weight files on disk. */
  readonly weightBytes: number
  readonly tokenizerFiles: readonly string[]
  /** What follows the encoder, in order. */
  readonly modules: readonly string[]
  /** D */
  readonly dimensions: number
  readonly similarity: string
  readonly prompts: Readonly<Record<string, string>>
  readonly defaultPromptName: string | undefined
  /** What its linear layers compute with, where nothing else is requested. */
  readonly precision: Precision
  readonly warnings: readonly string[]
}

export async function describeModel(checkpoint: Checkpoint): Promise<ModelDescription> {
  const { config, modules } = checkpoint
  const weights = [...checkpoint.weights.values(), ...modules.flatMap(moduleWeights)]
  const files = [...new Set(weights.flatMap(({ data }) => ('file' in data ? data.file : [])))]
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size))
  const { folder, maxLength, lowercase, similarity, prompts, defaultPromptName } = checkpoint
  return {
    folder,
    architecture: architectureOf(checkpoint),
    layers: config.layers,
    hiddenSize: config.hiddenSize,
    heads: config.heads,
    intermediateSize: config.intermediateSize,
    activation: config.activation,
    vocabularySize: config.vocabularySize,
    maxPositions: config.maxPositions,
    maxLength,
    lowercase,
    parameters: weights.reduce((sum, weight) => sum + elementsOf(weight), 0),
    weightTypes: [...new Set(weights.map(({ type }) => type))],
    weightFiles: files,
    weightBytes: sizes.reduce((sum, size) => sum + size, 0),
    tokenizerFiles: [...checkpoint.tokenizerFiles.keys()],
    modules: modules.map(moduleText),
    dimensions: embeddingWidth(checkpoint),
    similarity,
    prompts,
    defaultPromptName,
    precision: choosePrecision(undefined, await readActivationRanges(diskFolder(folder))),
    warnings: checkpoint.warnings,
  }
}

function architectureOf({ config: { raw } }: Checkpoint): string {
  const { architectures, model_type: type } = raw
  const [named] = Array.isArray(architectures) ? architectures : []
  return String(named ?? type ?? 'BertModel')
}

function moduleWeights(module: ModuleSpec): Weight[] {
  return module.kind === 'dense' ? denseWeights(module).map(([, weight]) => weight) : []
}

function elementsOf({ shape }: Weight): number {
  return shape.reduce((product, size) => product * size, 1)
}

function moduleText(module: ModuleSpec): string {
  switch (module.kind) {
    case 'pooling':
      return `pooling ${module.modes.join(' + ')}${module.includePrompt ? '' : ' without prompt'}`
    case 'dense':
      return `dense ${module.inFeatures} to ${module.outFeatures}, ${module.activation}`
    case 'normalize':
      return 'normalize'
    case 'logit_score':
      return 'logit of yes less that of no'
    default:
      return module satisfies never
  }
}

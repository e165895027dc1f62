import { CheckpointError } from '../errors/index.ts'
import {
  type Activation,
  type DenseSpec,
  type EncoderConfig,
  isNumberType,
  type ModuleSpec,
  type Weight,
  type WeightMap,
} from '../model/index.ts'
import { parseJson, z } from '../schema/index.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { ScoreActivation } from './constants.ts'

/** What a cross-encoder has beside what every model has. */
export interface CrossEncoderSpec {
  readonly activation: ScoreActivation
  /** Whether the model tells the two texts of a pair apart by segment numbers. */
  readonly segments: boolean
  /** The question a language model is asked; without one, the two texts stand one behind the other. */
  readonly question?: 'qwen3'
}

/** A model that reads two texts as one row, and whose modules end in one number, the logit. */
export interface CrossEncoderCheckpoint extends Checkpoint {
  readonly crossEncoder: CrossEncoderSpec
}

/** How a family's sequence classifier is made, and how it names its weights. */
export interface Classifier {
  /** Before the names of the encoder's own weights. */
  readonly encoder: string
  readonly pooling: 'cls' | 'mean'
  /** The layer from the pooled vector to the last layer's input. */
  readonly dense: {
    readonly name: string
    readonly activation: Activation
    readonly hasBias: boolean
  }
  /** What normalizes its output. */
  readonly norm?: { readonly name: string; readonly epsilon: number; readonly hasBias: boolean }
  /** The layer that gives the logit. */
  readonly output: string
}

const BERT: Classifier = {
  encoder: 'bert.',
  pooling: 'cls',
  dense: { name: 'bert.pooler.dense', activation: 'tanh', hasBias: true },
  output: 'classifier',
}
const ROBERTA: Classifier = {
  encoder: 'roberta.',
  pooling: 'cls',
  dense: { name: 'classifier.dense', activation: 'tanh', hasBias: true },
  output: 'classifier.out_proj',
}

const modernSchema = z.looseObject({
  classifier_pooling: z._default(z.enum(['cls', 'mean']), 'cls'),
  classifier_activation: z._default(z.enum(['gelu', 'silu', 'relu', 'tanh']), 'gelu'),
  classifier_bias: z._default(z.boolean(), false),
  norm_eps: z._default(z.number(), 1e-5),
  norm_bias: z._default(z.boolean(), false),
})

/**
 * The classifier that transformers has for an encoder.
 * @throws CheckpointError when none of this architecture is known.
 */
export function classifierOf({ raw }: Pick<EncoderConfig, 'raw'>, folder: string): Classifier {
  switch (raw.model_type) {
    case 'bert':
      return BERT
    case 'roberta':
    case 'xlm-roberta':
    case 'camembert':
      return ROBERTA
    case 'modernbert':
      return modernClassifier(raw, folder)
    default:
      throw refused(folder, `no cross-encoder of model_type ${raw.model_type} is known`)
  }
}

function modernClassifier(raw: EncoderConfig['raw'], folder: string): Classifier {
  const parsed = modernSchema.safeParse(raw)
  if (!parsed.success) throw refused(folder, z.prettifyError(parsed.error))
  const { data } = parsed
  return {
    encoder: 'model.',
    pooling: data.classifier_pooling,
    dense: {
      name: 'head.dense',
      activation: data.classifier_activation,
      hasBias: data.classifier_bias,
    },
    norm: { name: 'head.norm', epsilon: data.norm_eps, hasBias: data.norm_bias },
    output: 'classifier',
  }
}

/** The class that `config.json` names first, if it names any. */
export function architectureOf({ raw }: Pick<EncoderConfig, 'raw'>): unknown {
  return Array.isArray(raw.architectures) ? raw.architectures[0] : undefined
}

/** Whether `config.json` is that of a sequence classifier, as transformers saves one. */
export function namesClassifier(config: Pick<EncoderConfig, 'raw'>): boolean {
  const name = architectureOf(config)
  return typeof name === 'string' && name.endsWith('ForSequenceClassification')
}

/**
 * The head of a sequence classifier, from token vectors to the logit: a pooling, a dense layer, and one to
 * one number. Reference: BertForSequenceClassification, XLMRobertaForSequenceClassification and
 * ModernBertForSequenceClassification of transformers.
 * @throws CheckpointError when a weight is missing, or there is more than one label.
 */
export function classifierModules(
  stored: WeightMap,
  config: EncoderConfig,
  folder: string,
): readonly ModuleSpec[] {
  const { pooling, dense, norm, output } = classifierOf(config, folder)
  const { hiddenSize: size } = config
  const labels = stored.get(`${output}.weight`)?.shape[0]
  if (labels !== undefined && labels !== 1) {
    throw refused(folder, `it is a classifier of ${labels} labels; expected one, the score`)
  }
  const weightOf = (name: string, ...shape: readonly number[]) =>
    requireWeight(stored, name, { folder, shape })
  const hidden: DenseSpec = {
    kind: 'dense',
    inFeatures: size,
    outFeatures: size,
    activation: dense.activation,
    weight: weightOf(`${dense.name}.weight`, size, size),
    bias: dense.hasBias ? weightOf(`${dense.name}.bias`, size) : undefined,
  }
  return [
    { kind: 'pooling', modes: [pooling], includePrompt: true },
    norm
      ? {
          ...hidden,
          norm: {
            epsilon: norm.epsilon,
            weight: weightOf(`${norm.name}.weight`, size),
            bias: norm.hasBias ? weightOf(`${norm.name}.bias`, size) : undefined,
          },
        }
      : hidden,
    {
      kind: 'dense',
      inFeatures: size,
      outFeatures: 1,
      activation: 'identity',
      weight: weightOf(`${output}.weight`, 1, size),
      bias: weightOf(`${output}.bias`, 1),
    },
  ]
}

function requireWeight(
  stored: WeightMap,
  name: string,
  { folder, shape }: { readonly folder: string; readonly shape: readonly number[] },
): Weight {
  const weight = stored.get(name)
  const wanted = `the weight ${name} [${shape.join(',')}]`
  if (!weight) throw refused(folder, `it has no weight ${name}, which its classifier needs`)
  if (String(weight.shape) !== String(shape)) {
    throw refused(folder, `${wanted} is [${weight.shape.join(',')}]`)
  }
  if (!isNumberType(weight.type)) throw refused(folder, `${wanted} is ${weight.type}`)
  return weight
}

const namedActivation = z.nullish(z.string())
const configSchema = z.looseObject({
  sentence_transformers: z.nullish(z.looseObject({ activation_fn: namedActivation })),
  sbert_ce_default_activation_function: namedActivation,
})

/**
 * What turns logits into scores: what `config_sentence_transformers.json` names, else `config.json`, now
 * or before version 4; else the sigmoid. Reference: CrossEncoder of sentence-transformers.
 * @param named `activation_fn` of `config_sentence_transformers.json`
 * @throws CheckpointError for any other function than the sigmoid and the identity.
 */
export function scoreActivation(
  named: string | null | undefined,
  { raw }: Pick<EncoderConfig, 'raw'>,
  folder: string,
): ScoreActivation {
  const parsed = configSchema.safeParse(raw)
  if (!parsed.success) throw refused(folder, z.prettifyError(parsed.error))
  const { sentence_transformers: own, sbert_ce_default_activation_function: old } = parsed.data
  const path = named ?? own?.activation_fn ?? old
  if (path === undefined || path === null) return 'sigmoid'
  const [, name] = path.match(/^torch\.nn\.(?:modules\.\w+\.)?(Sigmoid|Identity)$/) ?? []
  if (name) return name === 'Sigmoid' ? 'sigmoid' : 'identity'
  throw refused(
    folder,
    `its activation_fn ${path} is neither torch.nn.Sigmoid nor torch.nn.Identity`,
  )
}

/** How the activation is written into a folder. */
export const SCORE_ACTIVATION_CLASSES: Readonly<Record<ScoreActivation, string>> = {
  sigmoid: 'torch.nn.modules.activation.Sigmoid',
  identity: 'torch.nn.modules.linear.Identity',
}

const inputsSchema = z.looseObject({ model_input_names: z.nullish(z.array(z.string())) })

/** Whether pairs have segment numbers: the encoder knows several, and the tokenizer does not leave them out. */
export function hasSegments(
  { typeVocabularySize }: EncoderConfig,
  tokenizerConfig: unknown,
): boolean {
  const inputs = inputsSchema.safeParse(tokenizerConfig ?? {})
  const names = inputs.success ? inputs.data.model_input_names : undefined
  return typeVocabularySize > 1 && (names?.includes('token_type_ids') ?? true)
}

/** @throws CheckpointError when the model is a cross-encoder. */
export function requireEncoder({ folder, crossEncoder }: Checkpoint): void {
  if (!crossEncoder) return
  throw new CheckpointError(
    'checkpoint-kind',
    `${folder} is a cross-encoder: it scores pairs of texts and has no vectors; load it with Reranker ` +
      'of yuju/rerank, or use yuju rerank',
    { facts: { folder } },
  )
}

/** @throws CheckpointError when the model is no cross-encoder. */
export function requireCrossEncoder(
  checkpoint: Checkpoint,
): asserts checkpoint is CrossEncoderCheckpoint {
  if (checkpoint.crossEncoder) return
  const { folder } = checkpoint
  throw new CheckpointError(
    'checkpoint-kind',
    `${folder} is a sentence encoder, whose vectors are compared; expected a cross-encoder, whose ` +
      'config.json names a class …ForSequenceClassification: load it with SentenceEncoder',
    { facts: { folder } },
  )
}

function refused(folder: string, what: string): CheckpointError {
  return new CheckpointError(
    'checkpoint-cross-encoder',
    `${folder} cannot be used as a cross-encoder: ${what}`,
    { facts: { folder } },
  )
}

/**
 * A cross-encoder of an encoder, with a head of its family.
 * @param numbers gives so many numbers for the weights of its layers; biases are 0
 * @throws CheckpointError when no classifier of this architecture is known.
 */
export function newClassifier(
  { crossEncoder: _, ...checkpoint }: Checkpoint,
  numbers: (count: number) => Float32Array<ArrayBuffer>,
): CrossEncoderCheckpoint {
  const { config, folder, tokenizerFiles } = checkpoint
  const { dense, norm, output } = classifierOf(config, folder)
  const { hiddenSize: size } = config
  const zeros = (count: number) => new Float32Array(count)
  const ones = (count: number) => new Float32Array(count).fill(1)
  const weights: readonly (readonly [string, readonly number[], typeof numbers])[] = [
    [`${dense.name}.weight`, [size, size], numbers],
    [`${dense.name}.bias`, [size], zeros],
    [`${norm?.name}.weight`, [size], ones],
    [`${norm?.name}.bias`, [size], zeros],
    [`${output}.weight`, [1, size], numbers],
    [`${output}.bias`, [1], zeros],
  ]
  const stored = weights.map(([name, shape, values]): [string, Weight] => {
    const { buffer } = values(shape.reduce((a, b) => a * b))
    return [name, { name, type: 'float32', shape, data: { bytes: new Uint8Array(buffer) } }]
  })
  const tokenizerConfig = parseJson(tokenizerFiles.get('tokenizer_config.json') ?? '{}')
  return {
    ...checkpoint,
    modules: classifierModules(new Map(stored), config, folder),
    crossEncoder: { activation: 'sigmoid', segments: hasSegments(config, tokenizerConfig) },
    prompts: {},
    defaultPromptName: undefined,
    warnings: [],
  }
}

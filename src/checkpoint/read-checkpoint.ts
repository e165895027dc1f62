import { CheckpointError } from '../errors/index.ts'
import { type EncoderConfig, type ModuleSpec, parseEncoderConfig } from '../model/index.ts'
import { z } from '../schema/index.ts'
import { type Checkpoint, SIMILARITY_NAMES } from './checkpoint.ts'
import type { ScoreActivation } from './constants.ts'
import {
  type CrossEncoderSpec,
  classifierModules,
  hasSegments,
  namesClassifier,
  scoreActivation,
} from './cross-encoder.ts'
import { encoderWeights } from './encoder-weights.ts'
import { languageModelModules, namesLanguageModel } from './language-model.ts'
import {
  LARGEST_VOCABULARY,
  type ModelFolder,
  missingFile,
  readJson,
  readText,
} from './model-folder.ts'
import { type ModuleList, readModuleList, readModules } from './modules.ts'
import { readStaticEmbedding } from './static-embedding.ts'
import { readWeightFiles } from './weight-files.ts'

const TOKENIZER_FILES = [
  'tokenizer.json',
  'vocab.txt',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
]

/** Of the outputs newer versions let a model choose, yuju's encoder has one: a vector for each token. */
const tokenVectors = z.looseObject({
  text: z.looseObject({
    method: z.literal('forward'),
    method_output_name: z.literal('last_hidden_state'),
  }),
})
const limitsSchema = z.looseObject({
  max_seq_length: z.nullish(z.int().check(z.positive())),
  do_lower_case: z.nullish(z.boolean()),
  transformer_task: z.nullish(z.literal('feature-extraction')),
  modality_config: z.nullish(tokenVectors),
  module_output_name: z.nullish(z.literal('token_embeddings')),
  processing_kwargs: z.nullish(z.strictObject({})),
  query_length: z.optional(z.null()),
  document_length: z.optional(z.null()),
  query_expansion: z.optional(z.null()),
})
/** Of a cross-encoder: the logit of a pair. */
const logits = z.looseObject({
  text: z.looseObject({ method: z.literal('forward'), method_output_name: z.literal('logits') }),
})
const CLASSIFICATION = 'sequence-classification'
const GENERATION = 'text-generation'
const classifierLimitsSchema = z.extend(limitsSchema, {
  transformer_task: z.literal(CLASSIFICATION),
  modality_config: z.nullish(logits),
  module_output_name: z.nullish(z.literal('scores')),
})
/** Of a language model: logits of its last token. */
const causalLimitsSchema = z.extend(limitsSchema, {
  transformer_task: z.literal(GENERATION),
  modality_config: z.nullish(logits),
  module_output_name: z.nullish(z.literal('causal_logits')),
})
const taskSchema = z.looseObject({ transformer_task: z.unknown() })
const sentenceSchema = z.looseObject({
  prompts: z.nullish(z.record(z.string(), z.string())),
  default_prompt_name: z.nullish(z.string()),
  similarity_fn_name: z.nullish(z.enum(SIMILARITY_NAMES)),
  activation_fn: z.nullish(z.string()),
})
/** `Number.isInteger` takes 1e30 too, transformers' way to say that there is no limit. */
const length = z.number().check(z.gte(1), z.refine(Number.isInteger, 'expected a whole number'))
const tokenizerConfigSchema = z.looseObject({ model_max_length: z.nullish(length) })

/** Older versions named the file after the encoder's architecture. */
const LIMIT_FILES = ['bert', 'roberta', 'camembert', 'xlm-roberta'].map(
  (architecture) => `sentence_${architecture}_config.json`,
)

/**
 * Reads a model folder: a sentence-transformers folder of any version, one of model2vec, or a plain
 * folder of an encoder. Weights stay where they are.
 * @throws CheckpointError naming the file for anything missing, damaged or not supported.
 */
export async function readCheckpoint(folder: ModelFolder): Promise<Checkpoint> {
  const list = await readModuleList(folder)
  const encoder = folder.folder(list.encoderPath)
  const { classifier, ...parts }: TransformerParts =
    list.first === 'StaticEmbedding'
      ? { ...(await readStaticEmbedding(encoder)), lowercase: false }
      : await readEncoder(encoder, list)
  const plan = classifier
    ? { modules: classifier, warnings: [] }
    : await readModules(folder, list, parts.config.hiddenSize)
  const sentence = (await parsed(folder, 'config_sentence_transformers.json', sentenceSchema)) ?? {}
  const activation = () => scoreActivation(sentence.activation_fn, parts.config, folder.path)
  return {
    folder: folder.path,
    ...parts,
    modules: plan.modules,
    ...(classifier
      ? {
          crossEncoder: await crossEncoder(
            encoder,
            { ...parts, modules: classifier },
            activation(),
          ),
        }
      : {}),
    prompts: sentence.prompts ?? {},
    defaultPromptName: sentence.default_prompt_name ?? undefined,
    similarity: sentence.similarity_fn_name ?? 'cosine',
    warnings: plan.warnings,
  }
}

interface TransformerParts
  extends Pick<Checkpoint, 'config' | 'weights' | 'tokenizerFiles' | 'maxLength' | 'lowercase'> {
  /** What makes a logit of a cross-encoder's token vectors. */
  readonly classifier?: readonly ModuleSpec[]
}

async function readEncoder(
  encoder: ModelFolder,
  { followers }: ModuleList,
): Promise<TransformerParts> {
  const config = await readConfig(encoder)
  const limits = await readLimits(encoder)
  const stored = await readWeightFiles(encoder)
  const task = followers ? limits.transformer_task : taskOf(config)
  const weights = encoderWeights(stored, config, encoder.path)
  const tokenizerFiles = await readTokenizerFiles(encoder)
  const model = { stored, config, weights, tokenizerFiles, followers }
  return {
    config,
    weights,
    ...(task === CLASSIFICATION
      ? { classifier: classifierModules(stored, config, encoder.path) }
      : {}),
    ...(task === GENERATION ? { classifier: await languageModelModules(encoder, model) } : {}),
    tokenizerFiles,
    maxLength: await maxLength(encoder, limits.max_seq_length, config),
    lowercase: limits.do_lower_case ?? false,
  }
}

function taskOf(config: EncoderConfig): string | undefined {
  if (namesClassifier(config)) return CLASSIFICATION
  return namesLanguageModel(config) ? GENERATION : undefined
}

async function readConfig(encoder: ModelFolder): Promise<EncoderConfig> {
  const content = await readJson(encoder, 'config.json')
  if (content === undefined) throw missingFile(encoder, ['config.json'])
  return parseEncoderConfig(content, `${encoder.path}/config.json`)
}

async function crossEncoder(
  encoder: ModelFolder,
  { config, modules }: Pick<Checkpoint, 'config' | 'modules'>,
  activation: ScoreActivation,
): Promise<CrossEncoderSpec> {
  const tokenizerConfig = await readJson(encoder, 'tokenizer_config.json')
  const isLanguageModel = modules.some(({ kind }) => kind === 'logit_score')
  return {
    activation,
    segments: hasSegments(config, tokenizerConfig),
    ...(isLanguageModel ? { question: 'qwen3' } : {}),
  }
}

const LIMIT_SCHEMAS = new Map<unknown, typeof classifierLimitsSchema | typeof causalLimitsSchema>([
  [CLASSIFICATION, classifierLimitsSchema],
  [GENERATION, causalLimitsSchema],
])

type Limits =
  | z.infer<typeof limitsSchema>
  | z.infer<typeof classifierLimitsSchema>
  | z.infer<typeof causalLimitsSchema>

async function readLimits(encoder: ModelFolder): Promise<Limits> {
  for (const name of LIMIT_FILES) {
    const task = taskSchema.safeParse(await readJson(encoder, name)).data?.transformer_task
    const limits = await parsed(encoder, name, LIMIT_SCHEMAS.get(task) ?? limitsSchema)
    if (limits) return limits
  }
  return {}
}

async function parsed<Schema extends z.ZodMiniType>(
  folder: ModelFolder,
  name: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  const content = await readJson(folder, name)
  if (content === undefined) return undefined
  const result = schema.safeParse(content)
  if (result.success) return result.data
  throw new CheckpointError(
    'checkpoint-config',
    `${folder.path}/${name} cannot be used: ${z.prettifyError(result.error)}`,
    { facts: { folder: folder.path, name } },
  )
}

async function readTokenizerFiles(folder: ModelFolder): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  for (const name of TOKENIZER_FILES) {
    const text = await readText(folder, name, LARGEST_VOCABULARY)
    if (text !== undefined) files.set(name, text)
  }
  if (files.has('tokenizer.json') || files.has('vocab.txt')) return files
  throw missingFile(folder, ['tokenizer.json', 'vocab.txt'])
}

/**
 * The folder's own limit; without one, the smaller of the tokenizer's and the positions the encoder
 * has, as in the reference (Transformer of sentence-transformers).
 */
async function maxLength(
  folder: ModelFolder,
  limit: number | null | undefined,
  { maxPositions, positionOffset }: EncoderConfig,
): Promise<number> {
  const positions = maxPositions - positionOffset
  const tokenizer = await parsed(folder, 'tokenizer_config.json', tokenizerConfigSchema)
  const chosen = limit ?? Math.min(tokenizer?.model_max_length ?? positions, positions)
  if (chosen <= positions) return chosen
  throw new CheckpointError(
    'checkpoint-max-length',
    `${folder.path} allows texts of ${chosen} tokens, but the encoder has only ${positions} ` +
      'positions',
    { facts: { folder: folder.path, maxLength: chosen, positions } },
  )
}

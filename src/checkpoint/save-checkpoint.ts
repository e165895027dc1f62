import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { InputError, OutputError, YujuError } from '../errors/index.ts'
import {
  type Activation,
  type DensePart,
  type DenseSpec,
  denseWeights,
  familyOf,
  isStatic,
  type ModuleSpec,
  TABLE_NAME,
  tableName,
  type Weight,
} from '../model/index.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { SaveType } from './constants.ts'
import { type CrossEncoderSpec, classifierOf, SCORE_ACTIVATION_CLASSES } from './cross-encoder.ts'
import { poolingConfig } from './pooling-config.ts'
import { writeSafetensors } from './write-safetensors.ts'

export interface SaveOptions {
  /** What the weights are stored as. Default: as they are stored now. */
  readonly type?: SaveType
  /** Replace a folder that is there already. Default false. */
  readonly overwrite?: boolean
}

/**
 * Writes a folder that every version of sentence-transformers opens. It appears whole or not at all:
 * everything is written into a folder beside it, which is then renamed. A folder it replaces is kept
 * until then.
 * @throws InputError when the folder is there already; OutputError when it cannot be written.
 */
export async function saveCheckpoint(
  folder: string,
  checkpoint: Checkpoint,
  { type, overwrite = false }: SaveOptions = {},
): Promise<void> {
  requireSavable(checkpoint)
  const target = resolve(folder)
  if (!overwrite && (await stat(target).catch(() => undefined))) {
    throw new InputError(
      'save-folder-exists',
      `${folder} is there already; choose another folder`,
      {
        facts: { folder },
      },
    )
  }
  const temporary = join(dirname(target), `.${basename(target)}-${crypto.randomUUID()}`)
  try {
    await mkdir(dirname(target), { recursive: true })
    await mkdir(temporary)
    await writeFiles(temporary, checkpoint, type)
    await (overwrite ? replaceFolder(target, temporary) : rename(temporary, target))
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {})
    if (cause instanceof YujuError) throw cause
    throw new OutputError('save-failed', `${folder} could not be written: ${reason(cause)}`, {
      facts: { folder },
      cause,
    })
  }
}

/** Of a language model's head only two rows were read. */
function requireSavable({ folder, crossEncoder }: Checkpoint): void {
  if (!crossEncoder?.question) return
  throw new InputError(
    'save-language-model',
    `${folder} is a language model that answers yes or no, which yuju only runs; copy its folder instead`,
    { facts: { folder } },
  )
}

/** A folder cannot be renamed onto one with files in it: the old one steps aside first. */
async function replaceFolder(target: string, replacement: string): Promise<void> {
  const aside = `${replacement}-old`
  const moved = await rename(target, aside).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
  try {
    await rename(replacement, target)
  } catch (cause) {
    if (moved) await rename(aside, target)
    throw cause
  }
  if (moved) await rm(aside, { recursive: true, force: true })
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

async function writeFiles(
  folder: string,
  checkpoint: Checkpoint,
  type: SaveType | undefined,
): Promise<void> {
  const json = (name: string, content: unknown) =>
    writeFile(join(folder, name), `${JSON.stringify(content, null, 2)}\n`)
  const first = isStatic(checkpoint) ? STATIC_ENTRY : moduleEntry(0, '')
  const followers = followersOf(checkpoint)
  await mkdir(join(folder, first.path), { recursive: true })
  await writeSafetensors(join(folder, first.path, 'model.safetensors'), weightsOf(checkpoint), type)
  for (const [name, text] of checkpoint.tokenizerFiles) {
    await writeFile(join(folder, first.path, name), text)
  }
  if (!isStatic(checkpoint)) {
    await json('config.json', configOf(checkpoint, type))
    await json('sentence_bert_config.json', {
      max_seq_length: checkpoint.maxLength,
      do_lower_case: checkpoint.lowercase,
      ...(checkpoint.crossEncoder ? CLASSIFIER_OUTPUT : {}),
    })
  }
  await json('config_sentence_transformers.json', {
    prompts: checkpoint.prompts,
    default_prompt_name: checkpoint.defaultPromptName ?? null,
    ...kindSettings(checkpoint),
  })
  await json('modules.json', [first, ...followers.map(entryOf)])
  for (const [index, module] of followers.entries()) {
    const path = pathOf(module, index)
    await mkdir(join(folder, path))
    await writeModule(join(folder, path), module, {
      checkpoint,
      type,
      json: (content) => json(join(path, 'config.json'), content),
    })
  }
}

/** How sentence-transformers knows that a transformer gives the logit of a pair. */
const CLASSIFIER_OUTPUT = {
  transformer_task: 'sequence-classification',
  modality_config: { text: { method: 'forward', method_output_name: 'logits' } },
  module_output_name: 'scores',
}

/** The mean of a static model is part of its first module, and the head of a cross-encoder too. */
function followersOf(checkpoint: Checkpoint): readonly ModuleSpec[] {
  if (checkpoint.crossEncoder) return []
  return isStatic(checkpoint) ? checkpoint.modules.slice(1) : checkpoint.modules
}

function kindSettings({ crossEncoder, similarity }: Checkpoint): object {
  if (!crossEncoder) return { similarity_fn_name: similarity }
  return {
    model_type: 'CrossEncoder',
    activation_fn: SCORE_ACTIVATION_CLASSES[crossEncoder.activation],
  }
}

/** As BertForSequenceClassification and its like call them. */
function classifierWeights({ config, folder, weights, modules }: Checkpoint): Weight[] {
  const { encoder: prefix, dense, norm, output } = classifierOf(config, folder)
  const encoder = [...weights.values()].map((weight) => ({ ...weight, name: prefix + weight.name }))
  const layers = modules.filter((module) => module.kind === 'dense')
  const head = [dense.name, output].flatMap((name, index) => {
    const names: Record<DensePart, string> = {
      weight: `${name}.weight`,
      bias: `${name}.bias`,
      normWeight: `${norm?.name}.weight`,
      normBias: `${norm?.name}.bias`,
    }
    const layer = layers[index]
    const parts = layer ? denseWeights(layer) : []
    return parts.map(([part, weight]) => ({ ...weight, name: names[part] }))
  })
  return [...encoder, ...head]
}

/** StaticEmbedding of sentence-transformers calls its table so. */
function weightsOf(checkpoint: Checkpoint): Weight[] {
  if (checkpoint.crossEncoder) return classifierWeights(checkpoint)
  return [...checkpoint.weights.values()].map((weight) =>
    isStatic(checkpoint) && weight.name === TABLE_NAME
      ? { ...weight, name: 'embedding.weight' }
      : weight,
  )
}

/** `config.json` with the fields that layer selection or a trimmed vocabulary may have changed. */
function configOf(checkpoint: Checkpoint, type: SaveType | undefined) {
  const { config, weights, crossEncoder } = checkpoint
  const encoderClass = familyOf(config).classes[config.modelType]?.model ?? ''
  const stored = weights.get(tableName(checkpoint))?.type ?? 'float32'
  const { dtype: _, torch_dtype: __, ...raw } = config.raw
  return {
    ...raw,
    architectures: [encoderClass],
    ...(crossEncoder ? classifierConfig(encoderClass, crossEncoder) : {}),
    vocab_size: config.vocabularySize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: config.intermediateSize,
    torch_dtype: type ?? stored,
  }
}

/** What sentence-transformers before version 6 reads of it, and transformers. */
function classifierConfig(encoderClass: string, { activation }: CrossEncoderSpec): object {
  return {
    architectures: [encoderClass.replace(/Model$/, 'ForSequenceClassification')],
    id2label: { 0: 'LABEL_0' },
    label2id: { LABEL_0: 0 },
    sentence_transformers: { activation_fn: SCORE_ACTIVATION_CLASSES[activation] },
  }
}

const MODULE_CLASSES = {
  pooling: 'Pooling',
  dense: 'Dense',
  normalize: 'Normalize',
  logit_score: 'LogitScore',
} as const

const STATIC_ENTRY = moduleEntry(0, '0_StaticEmbedding', 'StaticEmbedding')

function entryOf(module: ModuleSpec, index: number) {
  return moduleEntry(index + 1, pathOf(module, index), MODULE_CLASSES[module.kind])
}

function moduleEntry(index: number, path: string, name = 'Transformer') {
  return { idx: index, name: String(index), path, type: `sentence_transformers.models.${name}` }
}

/** `1_Pooling`, `2_Dense` … */
function pathOf({ kind }: ModuleSpec, index: number): string {
  return `${index + 1}_${MODULE_CLASSES[kind]}`
}

interface ModuleContext {
  readonly checkpoint: Checkpoint
  readonly type: SaveType | undefined
  readonly json: (content: unknown) => Promise<void>
}

async function writeModule(
  folder: string,
  module: ModuleSpec,
  { checkpoint, type, json }: ModuleContext,
): Promise<void> {
  if (module.kind === 'pooling') {
    await json(poolingConfig(module, checkpoint.config.hiddenSize))
  } else if (module.kind === 'dense') {
    await json(denseConfig(module))
    const { weight, bias } = module
    const weights = [{ ...weight, name: 'linear.weight' }]
    if (bias) weights.push({ ...bias, name: 'linear.bias' })
    await writeSafetensors(join(folder, 'model.safetensors'), weights, type)
  }
}

const ACTIVATION_CLASSES: Readonly<Partial<Record<Activation, string>>> = {
  tanh: 'torch.nn.modules.activation.Tanh',
  relu: 'torch.nn.modules.activation.ReLU',
  gelu: 'torch.nn.modules.activation.GELU',
  sigmoid: 'torch.nn.modules.activation.Sigmoid',
  identity: 'torch.nn.modules.linear.Identity',
}

function denseConfig({ inFeatures, outFeatures, bias, activation }: DenseSpec) {
  const activationClass = ACTIVATION_CLASSES[activation]
  if (activationClass === undefined) {
    throw new InputError(
      'save-activation',
      `sentence-transformers has no Dense with the activation ${activation}; use another`,
      { facts: { activation } },
    )
  }
  return {
    in_features: inFeatures,
    out_features: outFeatures,
    bias: bias !== undefined,
    activation_function: activationClass,
  }
}

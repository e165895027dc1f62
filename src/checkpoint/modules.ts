import { CheckpointError } from '../errors/index.ts'
import type { Activation, DenseSpec, ModuleSpec, Weight } from '../model/index.ts'
import { z } from '../schema/index.ts'
import { type ModelFolder, missingFile, readJson } from './model-folder.ts'
import { parsePooling } from './pooling-config.ts'
import { readSafetensors } from './safetensors.ts'
import { STATIC_POOLING } from './static-embedding.ts'
import { readTorchWeights } from './torch-weights.ts'

/** What turns tokens into vectors: a transformer, or a table with a vector for each token. */
type FirstModule = 'Transformer' | 'StaticEmbedding'

/** What `modules.json` lists: where the encoder lies, and what follows it. */
export interface ModuleList {
  readonly first: FirstModule
  /** The encoder's folder, relative to the model's: '' or, in old models, `0_Transformer`. */
  readonly encoderPath: string
  /** Undefined where there is no `modules.json`. */
  readonly followers: readonly ModuleEntry[] | undefined
}

export interface ModulePlan {
  readonly modules: readonly ModuleSpec[]
  readonly warnings: readonly string[]
}

/** An encoder, and a handful of what may follow it. */
const MOST_MODULES = 20

const listSchema = z
  .array(z.object({ path: z.string(), type: z.string() }))
  .check(z.minLength(1), z.maxLength(MOST_MODULES))
export type ModuleEntry = z.infer<typeof listSchema>[number]

/**
 * Both generations of class names end the same way (`sentence_transformers.models.Pooling`,
 * `….modules.pooling.Pooling`).
 * @throws CheckpointError when the first module is no Transformer or StaticEmbedding of
 *   sentence-transformers.
 */
export async function readModuleList(folder: ModelFolder): Promise<ModuleList> {
  const content = await readJson(folder, 'modules.json')
  if (content === undefined) return { first: 'Transformer', encoderPath: '', followers: undefined }
  const parsed = listSchema.safeParse(content)
  if (!parsed.success) throw refused(folder, 'modules.json', z.prettifyError(parsed.error))
  const [entry, ...followers] = parsed.data
  const first = entry && className(folder, entry)
  if (first === 'Transformer' || first === 'StaticEmbedding') {
    return { first, encoderPath: requireInside(folder, entry?.path ?? ''), followers }
  }
  const what = `its first module is ${entry?.type}, not a Transformer or StaticEmbedding`
  throw refused(folder, 'modules.json', what)
}

/**
 * Reads the modules after the encoder.
 * @throws CheckpointError for a module yuju does not know, or modules that do not fit together.
 */
export async function readModules(
  folder: ModelFolder,
  { first, followers }: ModuleList,
  hiddenSize: number,
): Promise<ModulePlan> {
  if (!followers) return meanPoolingPlan(folder)
  const modules: ModuleSpec[] = first === 'StaticEmbedding' ? [STATIC_POOLING] : []
  for (const entry of followers) modules.push(...(await readModule(folder, entry, hiddenSize)))
  requireChain(folder, modules, hiddenSize)
  return { modules, warnings: [] }
}

/** The reference's own rule for a folder that holds an encoder and nothing more. */
function meanPoolingPlan(folder: ModelFolder): ModulePlan {
  return {
    modules: [{ kind: 'pooling', modes: ['mean'], includePrompt: true }],
    warnings: [
      `${folder.path} has no modules.json: mean pooling is used, as sentence-transformers would`,
    ],
  }
}

function className(folder: ModelFolder, { type }: ModuleEntry): string {
  if (type.startsWith('sentence_transformers.')) return type.slice(type.lastIndexOf('.') + 1)
  throw refused(folder, 'modules.json', `the module ${type} is not one of sentence-transformers`)
}

async function readModule(
  folder: ModelFolder,
  entry: ModuleEntry,
  hiddenSize: number,
): Promise<ModuleSpec[]> {
  const path = requireInside(folder, entry.path)
  const name = className(folder, entry)
  switch (name) {
    case 'Pooling':
      return [
        parsePooling(await requireJson(folder, `${path}/config.json`), {
          folder: folder.path,
          path,
          hiddenSize,
        }),
      ]
    case 'Dense':
      return [await readDense(folder, path)]
    case 'Normalize':
      await requireVectors(folder, path)
      return [{ kind: 'normalize' }]
    // Dropout does nothing once a model is trained.
    case 'Dropout':
      return []
    default:
      throw refused(folder, 'modules.json', `the module ${name} is not supported`)
  }
}

async function requireJson(folder: ModelFolder, name: string): Promise<unknown> {
  const content = await readJson(folder, name)
  if (content === undefined) throw missingFile(folder, [name])
  return content
}

const size = z.int().check(z.positive())
const vectorName = z.optional(z.literal('sentence_embedding'))
const denseSchema = z.strictObject({
  in_features: size,
  out_features: size,
  bias: z.boolean(),
  activation_function: z.string(),
  module_input_name: vectorName,
  module_output_name: vectorName,
  use_residual: z.optional(z.literal(false)),
})

const normalizeSchema = z.strictObject({
  module_input_name: vectorName,
  module_output_name: vectorName,
})

/** Older versions write no settings; newer ones may name other inputs, such as each token's vector. */
async function requireVectors(folder: ModelFolder, path: string): Promise<void> {
  const file = `${path}/config.json`
  const parsed = normalizeSchema.safeParse((await readJson(folder, file)) ?? {})
  if (!parsed.success) throw refused(folder, file, z.prettifyError(parsed.error))
}

const ACTIVATION_CLASSES: ReadonlyMap<string, Activation> = new Map([
  ['torch.nn.modules.activation.Tanh', 'tanh'],
  ['torch.nn.modules.activation.ReLU', 'relu'],
  ['torch.nn.modules.activation.GELU', 'gelu'],
  ['torch.nn.modules.activation.Sigmoid', 'sigmoid'],
  ['torch.nn.modules.linear.Identity', 'identity'],
])

async function readDense(folder: ModelFolder, path: string): Promise<DenseSpec> {
  const file = `${path}/config.json`
  const parsed = denseSchema.safeParse(await requireJson(folder, file))
  if (!parsed.success) throw refused(folder, file, z.prettifyError(parsed.error))
  const { in_features: inFeatures, out_features: outFeatures, bias } = parsed.data
  const { activation_function: className } = parsed.data
  const activation = ACTIVATION_CLASSES.get(className)
  if (!activation) throw refused(folder, file, `the activation ${className} is not supported`)
  const weights = await readDenseWeights(folder, path)
  const find = (name: string, shape: readonly number[]) => {
    const weight = weights.get(name)
    if (weight && String(weight.shape) === String(shape))
      return { ...weight, name: `${path}/${name}` }
    const found = weight ? `is [${weight.shape.join(',')}]` : 'is missing'
    throw refused(folder, path, `the weight ${name} [${shape.join(',')}] ${found}`)
  }
  return {
    kind: 'dense',
    inFeatures,
    outFeatures,
    activation,
    weight: find('linear.weight', [outFeatures, inFeatures]),
    bias: bias ? find('linear.bias', [outFeatures]) : undefined,
  }
}

async function readDenseWeights(
  folder: ModelFolder,
  path: string,
): Promise<ReadonlyMap<string, Weight>> {
  const safe = await folder.file(`${path}/model.safetensors`)
  if (safe) return readSafetensors(safe)
  const pickled = await folder.file(`${path}/pytorch_model.bin`)
  if (pickled) return readTorchWeights(pickled)
  throw missingFile(folder, [`${path}/model.safetensors`, `${path}/pytorch_model.bin`])
}

function requireChain(
  folder: ModelFolder,
  modules: readonly ModuleSpec[],
  hiddenSize: number,
): void {
  const [first, ...rest] = modules
  if (first?.kind !== 'pooling') {
    throw refused(folder, 'modules.json', 'no pooling follows the Transformer')
  }
  let width = hiddenSize * first.modes.length
  for (const module of rest) {
    if (module.kind === 'pooling') throw refused(folder, 'modules.json', 'there are two poolings')
    if (module.kind !== 'dense') continue
    if (module.inFeatures !== width) {
      const found = `Dense takes ${module.inFeatures} features where ${width} arrive`
      throw refused(folder, 'modules.json', found)
    }
    width = module.outFeatures
  }
}

/** Module paths come from a file that may be anybody's: they must stay in the folder. */
function requireInside(folder: ModelFolder, path: string): string {
  const normal = path === '.' ? '' : path.replace(/\/+$/, '')
  const outside = normal.split(/[/\\]/).includes('..') || /^([/\\]|[a-z]:)/i.test(normal)
  if (outside) throw refused(folder, 'modules.json', `the path ${path} leaves the folder`)
  return normal
}

function refused({ path: folder }: ModelFolder, file: string, what: string): CheckpointError {
  return new CheckpointError('checkpoint-module', `${folder}/${file} cannot be used: ${what}`, {
    facts: { folder, file },
  })
}

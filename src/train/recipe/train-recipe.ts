import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { SAVE_TYPES } from '../../checkpoint/constants.ts'
import { TEXT_ROLES } from '../../encoder/index.ts'
import { InputError } from '../../errors/index.ts'
import { type CamelCased, camelCased, given, pick } from '../../options/index.ts'
import { LABEL_LOSSES } from '../losses/index.ts'
import { SCHEDULES } from '../optimizer/index.ts'
import type { ModelAverage, TrainOptions } from '../train-options.ts'
import { dataFields } from './data-recipe.ts'
import { lossesSchema } from './loss-recipe.ts'

const whole = z.number().int().positive()
const share = z.number().min(0).lt(1)
const positive = z.number().positive()

/** How batches are made of a data set. */
export const batchFields = {
  batch_size: whole.default(32),
  /** The most examples of a batch times the length of its longest text. */
  budget: whole.exactOptional(),
  weight: positive.exactOptional(),
  duplicates: z.boolean().exactOptional(),
  /** What the texts of each column are in a search. */
  roles: z.array(z.enum(TEXT_ROLES)).min(1).exactOptional(),
  cached_texts: whole.exactOptional(),
} as const
const sourceSchema = z.strictObject({
  ...dataFields,
  ...batchFields,
  loss: lossesSchema(LABEL_LOSSES),
})

const evaluationSchema = z.strictObject({
  every: whole,
  data: z.array(z.strictObject(dataFields)).min(1),
  /** A data set's name, or `average`. */
  metric: z.string().min(1).default('average'),
  patience: whole.exactOptional(),
})

const optimizerSchema = z.strictObject({
  learning_rate: positive.exactOptional(),
  weight_decay: z.number().nonnegative().exactOptional(),
  betas: z.tuple([share, share]).exactOptional(),
  epsilon: positive.exactOptional(),
  /** Each layer's rate in terms of the one above. */
  layer_decay: z.number().positive().max(1).exactOptional(),
  clip_norm: positive.nullable().exactOptional(),
  /** Of the moving average of the weights, which is what is saved then. */
  average_decay: share.nullable().exactOptional(),
})

const scheduleSchema = z.strictObject({
  kind: z.enum(SCHEDULES).exactOptional(),
  /** Steps, or below 1 their share. */
  warmup: z.number().nonnegative().exactOptional(),
})

/** How a run of steps goes, whatever it is trained on. */
export const stepsFields = {
  epochs: whole.exactOptional(),
  steps: whole.exactOptional(),
  accumulate: whole.exactOptional(),
  seed: z.number().int().nonnegative().exactOptional(),
  optimizer: optimizerSchema.exactOptional(),
  schedule: scheduleSchema.exactOptional(),
  dropout: z
    .strictObject({ hidden: share.exactOptional(), attention: share.exactOptional() })
    .exactOptional(),
  freeze: z.array(z.string().min(1)).exactOptional(),
  prompt: z.string().exactOptional(),
  max_length: whole.exactOptional(),
  checkpoint_every: whole.exactOptional(),
} as const

export const ONE_AMOUNT = {
  message: 'epochs and steps exclude each other; give one',
  path: ['steps'],
}

/** Whether the length of a run is given once at most. */
export function hasOneAmount(run: { readonly epochs?: number; readonly steps?: number }): boolean {
  return run.epochs === undefined || run.steps === undefined
}

/** Saves a model between the trained one and another, the one before training by default. */
export const averageSchema = z.strictObject({
  model: z.string().min(1).exactOptional(),
  share: z.number().min(0).max(1),
})

export function averageOf(
  { model, share }: z.infer<typeof averageSchema>,
  folder: string,
): ModelAverage {
  return { share, ...given({ model: model && modelPath(model, folder) }) }
}

/** A recipe's model: a folder relative to the recipe, where there is one; else a hub id as it is. */
export function modelPath(model: string, folder: string): string {
  const local = resolve(folder, model)
  return existsSync(local) ? local : model
}

/** A training run, as a JSON file. Paths are relative to the file. */
export const trainRecipeSchema = z
  .strictObject({
    model: z.string().min(1),
    /** `new`: an encoder becomes a cross-encoder, whose head begins at random. */
    head: z.literal('new').exactOptional(),
    output: z.string().min(1),
    data: z.array(sourceSchema).min(1),
    ...stepsFields,
    evaluation: evaluationSchema.exactOptional(),
    average: averageSchema.exactOptional(),
    save_as: z.enum(SAVE_TYPES).exactOptional(),
    threads: whole.exactOptional(),
  })
  .refine(hasOneAmount, ONE_AMOUNT)
export type TrainRecipe = z.infer<typeof trainRecipeSchema>

/** A recipe and the folder its paths are relative to. */
export interface RecipeFile<Recipe> {
  readonly recipe: Recipe
  readonly folder: string
}

/**
 * Reads and checks a recipe.
 * @throws InputError naming the key for everything that is missing, unknown or impossible.
 */
export async function readRecipe<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<RecipeFile<z.infer<Schema>>> {
  const content = await readJsonFile(path)
  const parsed = schema.safeParse(content)
  if (parsed.success) return { recipe: parsed.data, folder: dirname(resolve(path)) }
  const issues = parsed.error.issues.map(({ path: keys, message }) => {
    const key = keys.length === 0 ? 'the recipe' : keys.map(String).join('.')
    return `${key}: ${message}`
  })
  throw new InputError('recipe-invalid', `${path} cannot be used: ${issues.join('; ')}`, {
    facts: { path, issues },
  })
}

async function readJsonFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new InputError('recipe-unreadable', `${path} is no recipe: ${reason}`, {
      facts: { path },
      cause,
    })
  }
}

type Fields<Shape extends z.core.$ZodShape> = z.infer<z.ZodObject<Shape, z.core.$strict>>

/** How a run of steps goes, as `train` takes it. */
export type StepsOptions = Pick<TrainOptions, keyof CamelCased<Fields<typeof stepsFields>>>

/** What a recipe says of a run of steps, and what else it says beside it. */
export function stepsOptions<Recipe extends Fields<typeof stepsFields>>({
  optimizer = {},
  ...recipe
}: Recipe) {
  return { ...camelCased(recipe), optimizer: camelCased(optimizer) }
}

/** How batches are made of a data set, as a training source takes it. */
export function batchOptions(recipe: Fields<typeof batchFields>) {
  return camelCased(pick(recipe, batchFields))
}

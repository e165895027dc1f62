import type { z } from 'zod'
import type { TrainOptions } from '../train-options.ts'
import type { TrainingSource } from '../training-source.ts'
import type { batchFields, stepsFields } from './train-recipe.ts'

type Fields<Shape extends z.core.$ZodShape> = z.infer<z.ZodObject<Shape, z.core.$strict>>

/** How a run of steps goes, as `train` takes it. */
export type StepsOptions = Pick<
  TrainOptions,
  | 'epochs'
  | 'steps'
  | 'accumulate'
  | 'seed'
  | 'optimizer'
  | 'schedule'
  | 'dropout'
  | 'freeze'
  | 'prompt'
  | 'maxLength'
  | 'checkpointEvery'
>

export function stepsOptions(recipe: Fields<typeof stepsFields>): StepsOptions {
  const { optimizer = {}, max_length, checkpoint_every, ...options } = recipe
  const { learning_rate, weight_decay, layer_decay, clip_norm, average_decay, ...others } =
    optimizer
  return {
    ...options,
    optimizer: {
      ...others,
      ...(learning_rate === undefined ? {} : { learningRate: learning_rate }),
      ...(weight_decay === undefined ? {} : { weightDecay: weight_decay }),
      ...(layer_decay === undefined ? {} : { layerDecay: layer_decay }),
      ...(clip_norm === undefined ? {} : { clipNorm: clip_norm ?? undefined }),
      ...(average_decay === undefined ? {} : { averageDecay: average_decay ?? undefined }),
    },
    ...(max_length === undefined ? {} : { maxLength: max_length }),
    ...(checkpoint_every === undefined ? {} : { checkpointEvery: checkpoint_every }),
  }
}

/** Losses whose negatives are the batch's other texts, which must not be what the anchor belongs to. */
const IN_BATCH = ['multiple_negatives', 'teacher_ranking']

/** How batches are made of a data set, as a training source takes it. */
export function batchOptions(
  recipe: Fields<typeof batchFields>,
  losses: readonly { readonly name: string }[],
): Omit<TrainingSource, 'dataset' | 'loss' | 'targets'> {
  const { batch_size, cached_texts, budget, weight, duplicates, roles } = recipe
  return {
    batchSize: batch_size,
    duplicates: duplicates ?? !losses.some(({ name }) => IN_BATCH.includes(name)),
    ...(roles === undefined ? {} : { roles }),
    ...(budget === undefined ? {} : { budget }),
    ...(weight === undefined ? {} : { weight }),
    ...(cached_texts === undefined ? {} : { cachedTexts: cached_texts }),
  }
}

import type { z } from 'zod'
import { type CamelCased, camelCased, pick } from '../../options/index.ts'
import type { TrainOptions } from '../train-options.ts'
import { batchFields, type stepsFields } from './train-recipe.ts'

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

import { train } from '../train.ts'
import type { TrainOptions, TrainReport } from '../train-options.ts'
import { recipeOptions } from './recipe-options.ts'
import { readRecipe, trainRecipeSchema } from './train-recipe.ts'

/** What a recipe does not say of a run. */
export type TrainRecipeOptions = Pick<
  TrainOptions,
  'load' | 'resume' | 'signal' | 'onStep' | 'onEvaluation' | 'onWarning'
>

/**
 * Trains as a recipe, a JSON file, says; see `train`.
 * @throws InputError naming the key for what is wrong with the recipe, or the line for what is wrong
 *   with its data.
 */
export async function trainRecipe(
  path: string,
  options: TrainRecipeOptions = {},
): Promise<TrainReport> {
  const file = await readRecipe(path, trainRecipeSchema)
  return train({ ...(await recipeOptions(file)), ...options })
}

export { type DataRecipe, dataSchema, recipeDataset } from './data-recipe.ts'
export {
  type LabelLossRecipe,
  labelLosses,
  labelLossOf,
  lossesSchema,
  lossWeight,
  sumOf,
} from './loss-recipe.ts'
export { modelPath } from './model-path.ts'
export { batchOptions, type StepsOptions, stepsOptions } from './steps-options.ts'
export {
  batchFields,
  hasOneAmount,
  ONE_AMOUNT,
  type RecipeFile,
  readRecipe,
  stepsFields,
} from './train-recipe.ts'

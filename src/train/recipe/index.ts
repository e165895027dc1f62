export { LOSSES, lossNamed, type Widths } from '../losses/index.ts'
export { averageOf, averageSchema } from './average-recipe.ts'
export { type DataRecipe, dataFields, dataPart, dataSchema, recipeDataset } from './data-recipe.ts'
export { type LossRecipe, lossesSchema, lossOf } from './loss-recipe.ts'
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

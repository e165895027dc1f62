export { LOSSES } from '../losses/index.ts'
export { type DataRecipe, dataFields, dataPart, dataSchema, recipeDataset } from './data-recipe.ts'
export { lossesSchema, lossOf } from './loss-recipe.ts'
export {
  averageOf,
  averageSchema,
  batchFields,
  batchOptions,
  hasOneAmount,
  modelPath,
  ONE_AMOUNT,
  type RecipeFile,
  readRecipe,
  type StepsOptions,
  stepsFields,
  stepsOptions,
} from './train-recipe.ts'

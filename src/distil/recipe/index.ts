export { type DistilRecipeOptions, distilRecipe } from './distil-from-recipe.ts'

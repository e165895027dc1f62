import type { Dataset } from '../../train/index.ts'
import { type DataRecipe, dataPart, recipeDataset } from '../../train/recipe/index.ts'

/** The data sets of a recipe: one that several stages name is read once, and is one object. */
export class RecipeDatasets {
  readonly #folder: string
  readonly #read = new Map<string, Promise<Dataset>>()

  /** @param folder what the files are relative to */
  constructor(folder: string) {
    this.#folder = folder
  }

  get(recipe: DataRecipe): Promise<Dataset> {
    const key = JSON.stringify(dataPart(recipe))
    const dataset = this.#read.get(key) ?? recipeDataset(recipe, this.#folder)
    this.#read.set(key, dataset)
    return dataset
  }
}

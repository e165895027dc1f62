import type { Dataset } from '../../train/index.ts'
import { type DataRecipe, recipeDataset } from '../../train/recipe/index.ts'

/** The data sets of a recipe: one that several stages name is read once, and is one object. */
export class RecipeDatasets {
  readonly #folder: string
  readonly #read = new Map<string, Promise<Dataset>>()

  /** @param folder what the files are relative to */
  constructor(folder: string) {
    this.#folder = folder
  }

  get({ file, kind, name, texts, label, where, limit, format }: DataRecipe): Promise<Dataset> {
    const key = JSON.stringify({ file, kind, name, texts, label, where, limit, format })
    const known = this.#read.get(key)
    if (known) return known
    const recipe = JSON.parse(key) as DataRecipe
    const dataset = recipeDataset(recipe, this.#folder)
    this.#read.set(key, dataset)
    return dataset
  }
}

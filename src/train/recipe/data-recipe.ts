import { resolve } from 'node:path'
import { z } from 'zod'
import { TEXT_FORMATS } from '../../files/index.ts'
import { given, pick } from '../../options/index.ts'
import { DATASET_KINDS, type Dataset, loadDataset } from '../data/index.ts'

const column = z.union([z.string().min(1), z.number().int().nonnegative()])
const cell = z.union([z.string(), z.number()])

/** A data set as a recipe describes it; the file is relative to the recipe. */
export const dataFields = {
  file: z.string().min(1),
  kind: z.enum(DATASET_KINDS),
  name: z.string().min(1).exactOptional(),
  /** The columns of the texts. */
  texts: z.array(column).min(1).exactOptional(),
  label: z
    .strictObject({
      column: column.exactOptional(),
      scale: z.number().positive().exactOptional(),
      values: z.record(z.string(), z.number()).exactOptional(),
      range: z.tuple([z.number(), z.number()]).exactOptional(),
    })
    .exactOptional(),
  where: z.strictObject({ column, equals: z.union([cell, z.array(cell).min(1)]) }).exactOptional(),
  limit: z.number().int().positive().exactOptional(),
  format: z.enum(TEXT_FORMATS).exactOptional(),
} as const
export const dataSchema = z.strictObject(dataFields)
export type DataRecipe = z.infer<typeof dataSchema>

/** Reads the file. @param folder what its name is relative to */
export function recipeDataset(recipe: DataRecipe, folder: string): Promise<Dataset> {
  const { file, label: { column: labelColumn, ...label } = {}, ...options } = dataPart(recipe)
  return loadDataset(resolve(folder, file), { ...options, label, ...given({ labelColumn }) })
}

/** What a recipe says of a data set itself, of all it says of it. */
export function dataPart(recipe: DataRecipe): DataRecipe {
  return pick(recipe, dataFields)
}

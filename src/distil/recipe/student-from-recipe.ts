import type { Checkpoint } from '../../checkpoint/index.ts'
import { type LoadOptions, loadSource, SentenceEncoder } from '../../encoder/index.ts'
import { InputError } from '../../errors/index.ts'
import { camelCased, given } from '../../options/index.ts'
import { averageModels, type Dataset } from '../../train/index.ts'
import {
  type DataRecipe,
  dataPart,
  modelPath,
  type RecipeFile,
  recipeDataset,
} from '../../train/recipe/index.ts'
import type { DistilStage } from '../distil-options.ts'
import { buildStaticStudent } from '../student/build-static-student.ts'
import { buildStudent, type StudentOptions } from '../student/build-student.ts'
import { textsOf } from '../teacher/source-targets.ts'
import { type DistilRecipe, isService, teachersOf } from './distil-recipe.ts'

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

interface StudentParts {
  readonly stages: readonly DistilStage[]
  readonly datasets: RecipeDatasets
  readonly load: LoadOptions
}

/** Texts that narrower sizes are chosen by. */
const SAMPLE = 4096

export async function studentOf(
  { recipe, folder }: RecipeFile<DistilRecipe>,
  parts: StudentParts,
): Promise<Checkpoint> {
  const { prompts } = recipe.student
  const checkpoint = await bareStudentOf({ recipe, folder }, parts)
  return prompts ? { ...checkpoint, prompts: { ...checkpoint.prompts, ...prompts } } : checkpoint
}

async function bareStudentOf(
  { recipe, folder }: RecipeFile<DistilRecipe>,
  { stages, datasets, load }: StudentParts,
): Promise<Checkpoint> {
  const [teacher] = Object.values(teachersOf(recipe))
  const {
    model = teacher?.model ?? '',
    static: table,
    average,
    vocabulary,
    prompts: _,
    ...sizes
  } = recipe.student
  if (isService(model)) throw studentMissing(model, 'service')
  const checkpoint = await startOf({ model, average }, { folder, load })
  const own = [...new Set(stages.flatMap(({ sources }) => sources.map(({ dataset }) => dataset)))]
  if (table) return staticStudentOf(checkpoint, { table, dimensions: sizes.dimensions, own, load })
  const options: StudentOptions = { sample: firstTexts(own, SAMPLE), ...camelCased(sizes) }
  if (!vocabulary) return buildStudent(checkpoint, options)
  const { data, ...trimming } = vocabulary
  const counted = data ? await Promise.all(data.map((recipe) => datasets.get(recipe))) : own
  return buildStudent(checkpoint, {
    ...options,
    vocabulary: { texts: textsOf(counted), ...camelCased(trimming) },
  })
}

/** The model that the student is made of, or what lies between two. */
async function startOf(
  {
    model,
    average,
  }: { readonly model: string; readonly average: DistilRecipe['student']['average'] },
  { folder, load }: { readonly folder: string; readonly load: LoadOptions },
): Promise<Checkpoint> {
  const checkpoint = await loadSource(modelPath(model, folder), load)
  if (checkpoint.crossEncoder) throw studentMissing(model, 'cross-encoder')
  if (!average) return checkpoint
  const other = await loadSource(modelPath(average.model, folder), load)
  return averageModels(checkpoint, other, average.share)
}

interface StaticStudentParts {
  readonly table: NonNullable<DistilRecipe['student']['static']>
  readonly dimensions: number | undefined
  /** The data sets of all stages. */
  readonly own: readonly Dataset[]
  readonly load: LoadOptions
}

async function staticStudentOf(
  checkpoint: Checkpoint,
  { table: { sif, frequencies = 'data' }, dimensions, own, load }: StaticStudentParts,
): Promise<Checkpoint> {
  await using encoder = await SentenceEncoder.fromCheckpoint(checkpoint, load)
  return await buildStaticStudent(encoder, {
    ...(frequencies === 'data' ? { texts: textsOf(own) } : {}),
    ...given({ sif, dimensions }),
  })
}

function firstTexts(datasets: readonly Dataset[], most: number): string[] {
  const share = Math.ceil(most / datasets.length)
  return datasets.flatMap((dataset) => {
    const count = Math.min(dataset.length, share)
    return Array.from({ length: count }, (_, index) => dataset.example(index).texts[0] ?? '')
  })
}

function studentMissing(teacher: string, kind: string): InputError {
  return new InputError(
    'recipe-student-missing',
    `student.model: ${teacher} is a ${kind}, so the recipe must name the model, an encoder, that the student is made of`,
    { facts: { teacher } },
  )
}

import { resolve } from 'node:path'
import type { LoadOptions } from '../../encoder/index.ts'
import { loadRetrievalSet, loadTasks, type RetrievalSet } from '../../evaluate/index.ts'
import { camelCased, given } from '../../options/index.ts'
import {
  averageOf,
  batchOptions,
  lossOf,
  modelPath,
  type RecipeFile,
  readRecipe,
  stepsOptions,
} from '../../train/recipe/index.ts'
import { distil } from '../distil.ts'
import type { DistilOptions, DistilSource, DistilStage } from '../distil-options.ts'
import type { DistilReport } from '../report/distil-report.ts'
import { openTeacher } from '../teacher/open-teacher.ts'
import type { Teacher } from '../teacher/teacher.ts'
import {
  type DistilRecipe,
  distilRecipeSchema,
  isService,
  type StageRecipe,
  type TeacherRecipe,
  teachersOf,
} from './distil-recipe.ts'
import { RecipeDatasets, studentOf } from './student-from-recipe.ts'

/** What a recipe does not say of a run. */
export type DistilRecipeOptions = Pick<
  DistilOptions,
  'resume' | 'signal' | 'onProgress' | 'onStep' | 'onEvaluation' | 'onWarning'
> & {
  /** How models from the hub are loaded. */
  readonly load?: LoadOptions
  /** The service's key, where the teacher is one that asks for it. */
  readonly apiKey?: string
}

/**
 * Distils as a recipe, a JSON file, says; see `distil`.
 * @throws InputError naming the key for what is wrong with the recipe, or the line for what is wrong
 *   with its data.
 */
export async function distilRecipe(
  path: string,
  { load = {}, apiKey, ...options }: DistilRecipeOptions = {},
): Promise<DistilReport> {
  const file = await readRecipe(path, distilRecipeSchema)
  const loading = withWarning(load, options)
  const teachers: Record<string, Teacher> = {}
  try {
    for (const [name, recipe] of Object.entries(teachersOf(file.recipe))) {
      teachers[name] = await openRecipeTeacher(recipe, file, { load: loading, apiKey })
    }
    return await distil({ ...(await recipeOptions(file, teachers, loading)), ...options })
  } finally {
    for (const teacher of Object.values(teachers)) await teacher.dispose()
  }
}

function withWarning(load: LoadOptions, { onWarning }: DistilRecipeOptions): LoadOptions {
  return onWarning ? { onWarning, ...load } : load
}

function openRecipeTeacher(
  { model, service_model, ...recipe }: TeacherRecipe,
  { recipe: { threads }, folder }: RecipeFile<DistilRecipe>,
  { load, apiKey }: { readonly load: LoadOptions; readonly apiKey: string | undefined },
): Promise<Teacher> {
  return openTeacher(isService(model) ? model : modelPath(model, folder), {
    ...recipe,
    load: { ...load, ...given({ threads }) },
    service: given({ model: service_model, apiKey }),
  })
}

/** Reads the recipe's data; gives what `distil` takes. */
async function recipeOptions(
  { recipe, folder }: RecipeFile<DistilRecipe>,
  teachers: Readonly<Record<string, Teacher>>,
  load: LoadOptions,
): Promise<DistilOptions> {
  const { output, vectors, held_out, tasks, retrieval, timing, save_as, threads } = recipe
  const datasets = new RecipeDatasets(folder)
  const stages: DistilStage[] = []
  for (const stage of recipe.stages) stages.push(await stageOf(stage, { datasets, folder }))
  return {
    teachers,
    student: () => studentOf({ recipe, folder }, { stages, datasets, load }),
    output: resolve(folder, output),
    stages,
    ...given({
      vectors: vectors && resolve(folder, vectors),
      tasks:
        tasks && (await loadTasks(resolve(folder, tasks.folder), given({ names: tasks.names }))),
      retrieval: retrieval && (await retrievalSets(retrieval, folder)),
      heldOut: held_out,
      timing: timing && camelCased(timing),
      saveType: save_as,
      threads,
    }),
    record: { recipe },
  }
}

async function retrievalSets(folders: readonly string[], folder: string): Promise<RetrievalSet[]> {
  const sets: RetrievalSet[] = []
  for (const path of folders) sets.push(await loadRetrievalSet(resolve(folder, path)))
  return sets
}

async function stageOf(
  { data, average, ...stage }: StageRecipe,
  { datasets, folder }: { readonly datasets: RecipeDatasets; readonly folder: string },
): Promise<DistilStage> {
  const sources: DistilSource[] = []
  for (const source of data) {
    const { loss, teacher: teachers } = source
    sources.push({
      ...batchOptions(source),
      dataset: await datasets.get(source),
      loss: lossOf(loss),
      ...given({ teachers }),
    })
  }
  return {
    ...stepsOptions(stage),
    sources,
    ...given({ average: average && averageOf(average, folder) }),
  }
}

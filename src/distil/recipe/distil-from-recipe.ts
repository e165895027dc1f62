import { resolve } from 'node:path'
import type { Checkpoint } from '../../checkpoint/index.ts'
import { type LoadOptions, loadSource, SentenceEncoder } from '../../encoder/index.ts'
import { InputError } from '../../errors/index.ts'
import { loadRetrievalSet, loadTasks, type RetrievalSet } from '../../evaluate/index.ts'
import { camelCased, given } from '../../options/index.ts'
import { averageModels, type Dataset } from '../../train/index.ts'
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
import { buildStaticStudent } from '../student/build-static-student.ts'
import { buildStudent, type StudentOptions } from '../student/build-student.ts'
import { openTeacher } from '../teacher/open-teacher.ts'
import type { Teacher } from '../teacher/teacher.ts'
import { textsOf } from '../texts-of.ts'
import {
  type DistilRecipe,
  distilRecipeSchema,
  type StageRecipe,
  type TeacherRecipe,
} from './distil-recipe.ts'
import { RecipeDatasets } from './recipe-datasets.ts'
import { distilLossOf } from './teacher-loss-recipe.ts'

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

/** By name; a single one is called as its model. */
function teachersOf({ teacher, teachers = {} }: DistilRecipe): Record<string, TeacherRecipe> {
  return teacher ? { [teacher.model]: teacher } : teachers
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

function isService(model: string): boolean {
  return /^https?:\/\//i.test(model)
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
  const { names } = tasks ?? {}
  return {
    teachers,
    student: () => studentOf({ recipe, folder }, { stages, datasets, load }),
    output: resolve(folder, output),
    stages,
    ...(vectors === undefined ? {} : { vectors: resolve(folder, vectors) }),
    ...(tasks
      ? { tasks: await loadTasks(resolve(folder, tasks.folder), names ? { names } : {}) }
      : {}),
    ...(retrieval ? { retrieval: await retrievalSets(retrieval, folder) } : {}),
    ...given({
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
    const dataset = await datasets.get(source)
    sources.push({
      ...batchOptions(source),
      dataset,
      loss: distilLossOf(loss, dataset.columns),
      states: lossOf(loss).states ?? [],
      ...given({ teachers }),
    })
  }
  return {
    ...stepsOptions(stage),
    sources,
    ...(average ? { average: averageOf(average, folder) } : {}),
  }
}

interface StudentParts {
  readonly stages: readonly DistilStage[]
  readonly datasets: RecipeDatasets
  readonly load: LoadOptions
}

/** Texts that narrower sizes are chosen by. */
const SAMPLE = 4096

async function studentOf(
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
  if (isService(model)) throw studentMissing(model)
  const checkpoint = await startOf({ model, average }, { folder, load })
  const own = [...new Set(stages.flatMap(({ sources }) => sources.map(({ dataset }) => dataset)))]
  if (table) return staticStudentOf(checkpoint, { table, dimensions: sizes.dimensions, own, load })
  const options: StudentOptions = { sample: firstTexts(own, SAMPLE), ...camelCased(sizes) }
  if (!vocabulary) return buildStudent(checkpoint, options)
  const { data, ...cut } = vocabulary
  const counted = data ? await Promise.all(data.map((recipe) => datasets.get(recipe))) : own
  return buildStudent(checkpoint, {
    ...options,
    vocabulary: { texts: textsOf(counted), ...camelCased(cut) },
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

function studentMissing(teacher: string): InputError {
  return new InputError(
    'recipe-student-missing',
    `student.model: the teacher ${teacher} is a service, so the recipe must name the model that the ` +
      'student is made of',
    { facts: { teacher } },
  )
}

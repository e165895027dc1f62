import { createHash } from 'node:crypto'
import { join } from 'node:path'
import {
  cachedEncode,
  createReport,
  type Encode,
  evaluateRetrievalSets,
  evaluateTasks,
  type LoadedTasks,
  type ModelResults,
  type Report,
  type RetrievalEncode,
  VectorCache,
} from '../../evaluate/index.ts'
import type { DistilOptions } from '../distil-options.ts'
import { encodeRoles, promptedEncode } from '../prompted-encode.ts'
import type { DistilFolder } from '../run/distil-folder.ts'
import type { Teacher, VectorSource } from '../teacher/teacher.ts'
import type { Student } from './distil-report.ts'

interface Run {
  readonly options: DistilOptions
  readonly folder: DistilFolder
}

const NO_TASKS: LoadedTasks = { tasks: [], missing: [] }

/** How a model encodes the texts of tasks, and those of searches. */
interface EncodeAll extends RetrievalEncode {
  readonly text: Encode
}

/**
 * Teachers, but those without vectors, and student on the tasks and the retrieval sets. The teachers' vectors
 * are kept beside those of the training texts.
 */
export async function reportTasks(student: Student, run: Run): Promise<Report> {
  const { teachers, tasks = NO_TASKS } = run.options
  const models: ModelResults[] = []
  for (const [name, teacher] of Object.entries(teachers)) {
    if (teacher.scores) continue
    models.push(await resultsOf(name, await teacherEncode(name, teacher, run), run))
  }
  const { name, encoder, prompt } = student
  const encode = { text: promptedEncode(encoder, prompt), ...encodeRoles(encoder) }
  models.push(await resultsOf(name, encode, run))
  return createReport(tasks, models, { teachers: models.length - 1, allowMissing: true })
}

async function resultsOf(
  model: string,
  encode: EncodeAll,
  { options: { tasks = NO_TASKS, retrieval = [] } }: Run,
): Promise<ModelResults> {
  return {
    model,
    results: tasks.tasks.length > 0 ? await evaluateTasks(encode.text, tasks.tasks) : [],
    retrieval: await evaluateRetrievalSets(encode, retrieval),
  }
}

async function teacherEncode(name: string, teacher: Teacher, run: Run): Promise<EncodeAll> {
  const cached = (source: VectorSource) => cachedVectors(name, source, run)
  return {
    text: await cached(teacher),
    query: await cached(teacher.roles?.query ?? teacher),
    corpus: await cached(teacher.roles?.document ?? teacher),
  }
}

async function cachedVectors(
  name: string,
  { id, vectors }: VectorSource,
  { options, folder }: Run,
): Promise<Encode> {
  const { vectors: kept = folder.at('vectors'), signal, onProgress } = options
  const key = createHash('sha256').update(`tasks ${id}`).digest('hex')
  const cache = await VectorCache.open(join(kept, key))
  return cachedEncode((texts) => vectors(texts, signal), cache, {
    onProgress: (progress) => onProgress?.({ doing: 'evaluation', name, ...progress }),
  })
}

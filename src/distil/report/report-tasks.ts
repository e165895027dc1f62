import { createHash } from 'node:crypto'
import { join } from 'node:path'
import {
  cachedEncode,
  createReport,
  evaluateTasks,
  type LoadedTasks,
  type ModelResults,
  type Report,
  VectorCache,
} from '../../evaluate/index.ts'
import type { DistilOptions } from '../distil-options.ts'
import { promptedEncode } from '../prompted-encode.ts'
import type { DistilFolder } from '../run/distil-folder.ts'
import type { Student } from './distil-report.ts'

interface Run {
  readonly options: DistilOptions
  readonly folder: DistilFolder
}

/** Teacher and student on the tasks. The teacher's vectors are kept beside those it was asked for. */
export async function reportTasks(
  tasks: LoadedTasks,
  { name, encoder, prompt }: Student,
  { options, folder }: Run,
): Promise<Report> {
  const { teacher, teacherName = 'teacher', vectors = folder.at('vectors'), onProgress } = options
  const key = createHash('sha256').update(`tasks ${teacher.id}`).digest('hex')
  const cache = await VectorCache.open(join(vectors, key))
  const encode = cachedEncode((texts) => teacher.vectors(texts, options.signal), cache, {
    onProgress: (progress) => onProgress?.({ doing: 'evaluation', name: teacherName, ...progress }),
  })
  const results: ModelResults[] = [
    { model: teacherName, results: await evaluateTasks(encode, tasks.tasks) },
    {
      model: name,
      results: await evaluateTasks(promptedEncode(encoder, prompt), tasks.tasks),
    },
  ]
  return createReport(tasks, results, { hasTeacher: true, allowMissing: true })
}

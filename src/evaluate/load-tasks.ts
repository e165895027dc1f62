import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '../errors/index.ts'
import { fileHash } from '../files/index.ts'
import { duplicateWarnings, type PairColumns, readPairs } from './read-pairs.ts'
import { type GoldLabels, type Task, type TaskSpec, taskSpecs } from './task.ts'

/** Which tasks are read, and from which columns. */
export interface LoadTasksOptions {
  /** Which of the seven tasks; default: all. */
  readonly names?: readonly string[]
  /** Columns of the files; default: sentence, sentence, label, without a header. */
  readonly columns?: PairColumns
}

/** Tasks that are there, and what is not. */
export interface LoadedTasks {
  readonly tasks: readonly Task[]
  readonly missing: readonly MissingTask[]
}

/** A task that is not there. */
export interface MissingTask {
  readonly name: string
  /** What was looked for in vain. */
  readonly reason: string
}

/**
 * Reads tasks from a folder: `csts/dev.tsv`, `csts/test.tsv`, and `dev.tsv` in `afqmc`, `lcqmc`,
 * `bqcorpus`, `pawsx` and `xiaobu`; tab-separated, UTF-8.
 * @throws InputError when none of the files is there, or one is malformed; file and line are named.
 */
export async function loadTasks(
  folder: string,
  { names, columns }: LoadTasksOptions = {},
): Promise<LoadedTasks> {
  const specs = taskSpecs(names)
  const found = await Promise.all(specs.map((spec) => loadSpec(folder, spec, columns)))
  const tasks = found.filter((task) => task !== undefined)
  const missing = specs
    .filter((_, index) => found[index] === undefined)
    .map(({ name, file }) => ({ name, reason: `there is no ${join(folder, file)}` }))
  if (tasks.length > 0) return { tasks, missing }
  throw new InputError(
    'tasks-missing',
    `${folder} holds no task; expected ${specs.map(({ file }) => file).join(', ')}`,
    { facts: { folder, files: specs.map(({ file }) => file) } },
  )
}

async function loadSpec(
  folder: string,
  { file, ...spec }: TaskSpec,
  columns: PairColumns | undefined,
): Promise<Task | undefined> {
  const path = join(folder, file)
  if (!(await isThere(path))) return undefined
  return loadTask(path, { ...spec, ...(columns ? { columns } : {}) })
}

/** What the pairs of a file are. */
export interface LoadTaskOptions {
  readonly name: string
  readonly labels: GoldLabels
  /** Default: none. */
  readonly split?: string
  /** Default: sentence, sentence, label, without a header. */
  readonly columns?: PairColumns
}

/**
 * Reads a task of your own from a file of any format that texts are read from, most often tsv.
 * @throws InputError when it is missing or malformed; file and line are named.
 */
export async function loadTask(
  path: string,
  { name, labels, split = '', columns }: LoadTaskOptions,
): Promise<Task> {
  const pairs = await readPairs(path, { labels, ...(columns ? { columns } : {}) })
  const sha256 = await fileHash(path)
  const warnings = duplicateWarnings(pairs, path)
  return { name, split, labels, pairs, source: path, sha256, warnings }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

import { createHash } from 'node:crypto'
import { downloadSplit, type HubOptions } from '../checkpoint/hub/index.ts'
import { InputError } from '../errors/index.ts'
import { fileHash } from '../files/index.ts'
import type { LoadedTasks } from './load-tasks.ts'
import { duplicateWarnings, type PairColumns, readPairs } from './read-pairs.ts'
import { type GoldLabels, type HubSplit, type Pairs, type Task, taskSpecs } from './task.ts'

/** Which tasks are fetched, and how. */
export interface HubTasksOptions extends Omit<HubOptions, 'revision'> {
  /** Which of the seven tasks; default: all. */
  readonly names?: readonly string[]
  /** Where HF_ENDPOINT, HF_TOKEN, HF_HOME … are looked up. Default: nowhere. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/** The columns of C-MTEB's data sets. */
const COLUMNS: PairColumns = {
  first: ['sentence1', 'text1'],
  second: ['sentence2', 'text2'],
  label: ['score', 'label'],
}

/**
 * Reads tasks from C-MTEB's data sets on the hub, at the revisions MTEB evaluates; its validation
 * splits are the dev files. Xiaobu is not among them and is reported missing.
 * @throws HubError when a data set does not arrive; InputError when it is malformed.
 */
export async function loadHubTasks({
  names,
  environment = {},
  ...options
}: HubTasksOptions = {}): Promise<LoadedTasks> {
  const tasks: Task[] = []
  const missing: { name: string; reason: string }[] = []
  for (const { name, split, labels, hub } of taskSpecs(names)) {
    if (!hub) missing.push({ name, reason: 'C-MTEB has no such data set; it needs its file' })
    else {
      const files = await downloadSplit(hub, { ...options, revision: hub.revision }, environment)
      tasks.push({ name, split, labels, ...(await readFiles(files, labels, hub)) })
    }
  }
  if (tasks.length > 0) return { tasks, missing }
  throw new InputError('tasks-missing', `none of ${names?.join(', ')} is on the hub`, {
    facts: { names },
  })
}

async function readFiles(files: readonly string[], labels: GoldLabels, hub: HubSplit) {
  const parts: Pairs[] = []
  const hashes: string[] = []
  for (const file of files) {
    parts.push(await readPairs(file, { labels, columns: COLUMNS }))
    hashes.push(await fileHash(file))
  }
  const pairs = concatenate(parts)
  const source = `${hub.id}@${hub.revision.slice(0, 12)}, ${hub.split}`
  return { pairs, source, sha256: hashOfAll(hashes), warnings: duplicateWarnings(pairs, source) }
}

function concatenate(parts: readonly Pairs[]): Pairs {
  return {
    first: parts.flatMap(({ first }) => first),
    second: parts.flatMap(({ second }) => second),
    gold: Float64Array.from(parts.flatMap(({ gold }) => [...gold])),
    lines: Uint32Array.from(parts.flatMap(({ lines }) => [...lines])),
  }
}

/** Of one file its own hash; of several the hash of their hashes. */
function hashOfAll([first = '', ...others]: readonly string[]): string {
  if (others.length === 0) return first
  return createHash('sha256')
    .update([first, ...others].join('\n'))
    .digest('hex')
}

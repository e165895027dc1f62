import { readFile, stat } from 'node:fs/promises'
import { InputError } from '../errors/index.ts'
import { writeFileAtomic } from '../files/index.ts'
import type { RunFolder, RunProgress } from './run-folder.ts'
import { type RunRecord, requireSameRun } from './run-record.ts'

/** Where a run begins. */
export interface RunStart {
  readonly progress: RunProgress
  /** The engine's saved state. */
  readonly state: string | undefined
}

const BEGINNING: RunStart = {
  progress: { step: 0, best: undefined, withoutGain: 0 },
  state: undefined,
}

/** @throws InputError when the output is there already. */
export async function requireNewOutput(output: string): Promise<void> {
  if (!(await stat(output).catch(() => undefined))) return
  throw new InputError(
    'train-output-exists',
    `${output} is there already; choose another output, or remove it`,
    { facts: { output } },
  )
}

/**
 * Makes the folder of a new run, or opens that of an interrupted one.
 * @throws InputError when a run is there and is not to be resumed, or was another run.
 */
export async function openRun(
  folder: RunFolder,
  record: RunRecord,
  { resume = false }: { readonly resume?: boolean },
): Promise<RunStart> {
  const path = folder.at('run.json')
  const saved = await readFile(path, 'utf8').catch(() => undefined)
  if (saved !== undefined && !resume) {
    throw new InputError(
      'train-run-exists',
      `an interrupted run lies in ${folder.path}; go on with it by --resume (resume: true), ` +
        'or remove the folder',
      { facts: { folder: folder.path } },
    )
  }
  await folder.prepare()
  if (saved === undefined) {
    await writeFileAtomic(path, `${JSON.stringify(record, null, 2)}\n`)
    return BEGINNING
  }
  requireSameRun(JSON.parse(saved) as RunRecord, record, folder.path)
  return (await folder.latest()) ?? BEGINNING
}

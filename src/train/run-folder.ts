import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CheckpointError, InputError, OutputError } from '../errors/index.ts'
import { writeFileAtomic } from '../files/index.ts'
import { type RunRecord, requireSameRun } from './run-record.ts'

/** Where a run stands: what the trainer knows beside the weights and the optimizer's state. */
export interface RunProgress {
  /** Steps done. */
  readonly step: number
  /** The best evaluation so far. */
  readonly best: { readonly step: number; readonly score: number } | undefined
  /** Evaluations since the best one. */
  readonly withoutGain: number
}

const CHECKPOINT = /^checkpoint-(\d{8})$/
const BEST = /^best-(\d{8})$/

const numbered = (prefix: string, step: number) => `${prefix}-${String(step).padStart(8, '0')}`

/**
 * The folder a run works in, beside the model it makes: checkpoints to go on from, the best model so
 * far, log and curve. Whatever has its final name is whole; a checkpoint is removed only when a later
 * one is there.
 */
export class RunFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  at(name: string): string {
    return join(this.path, name)
  }

  /** Makes the folder, and removes what an interrupted run left half-written. */
  async prepare(): Promise<void> {
    await this.#guard(async () => {
      await mkdir(this.path, { recursive: true })
      for (const name of await readdir(this.path)) {
        if (name.startsWith('.')) await rm(this.at(name), { recursive: true, force: true })
      }
    })
  }

  /** The newest checkpoint: the path of the state, and the progress. */
  async latest(): Promise<{ readonly state: string; readonly progress: RunProgress } | undefined> {
    const name = (await this.#names(CHECKPOINT)).at(-1)
    if (name === undefined) return undefined
    const path = this.at(join(name, 'progress.json'))
    try {
      const progress = JSON.parse(await readFile(path, 'utf8')) as RunProgress
      return { state: this.at(join(name, 'state.safetensors')), progress }
    } catch (cause) {
      throw new CheckpointError('train-progress', `${path} cannot be read`, {
        facts: { path },
        cause,
      })
    }
  }

  /**
   * Saves a checkpoint under a temporary name, then gives it its own, then removes earlier ones.
   * @param writeState writes the engine's state to the path it is given
   */
  async save(progress: RunProgress, writeState: (path: string) => Promise<unknown>): Promise<void> {
    const name = numbered('checkpoint', progress.step)
    const temporary = this.at(`.${name}`)
    await this.#guard(async () => {
      await rm(temporary, { recursive: true, force: true })
      await mkdir(temporary)
      await writeState(join(temporary, 'state.safetensors'))
      await writeFileAtomic(join(temporary, 'progress.json'), `${JSON.stringify(progress)}\n`)
      await rm(this.at(name), { recursive: true, force: true })
      await rename(temporary, this.at(name))
      await syncFolder(this.path)
    }, temporary)
    await this.#keepOnly(CHECKPOINT, name)
    if (progress.best) await this.#keepOnly(BEST, numbered('best', progress.best.step))
  }

  /** The model folder of the evaluation at `step`. */
  model(step: number): string {
    return this.at(numbered('best', step))
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }

  async #names(pattern: RegExp): Promise<string[]> {
    return (await readdir(this.path)).filter((name) => pattern.test(name)).sort()
  }

  async #keepOnly(pattern: RegExp, kept: string): Promise<void> {
    for (const name of await this.#names(pattern)) {
      if (name !== kept) await rm(this.at(name), { recursive: true, force: true })
    }
  }

  async #guard(work: () => Promise<void>, temporary?: string): Promise<void> {
    try {
      await work()
    } catch (cause) {
      if (temporary) await rm(temporary, { recursive: true, force: true }).catch(() => {})
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new OutputError(
        'train-save-failed',
        `${this.path} could not be written: ${reason}; the checkpoint before is whole, ` +
          'so make room and go on with --resume',
        { facts: { path: this.path }, cause },
      )
    }
  }
}

/** A renamed entry survives a power cut only once its folder is on the disk. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

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

import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Checkpoint, saveCheckpoint } from '../../checkpoint/index.ts'
import { InputError } from '../../errors/index.ts'
import { outputError, writeFileAtomic } from '../../files/index.ts'

/** The settings of a run, as plain data. */
export type DistilRecord = Readonly<Record<string, unknown>>

/**
 * The folder a run works in: `run.json`, the student as it begins, a folder for each stage that is
 * done. What is there is whole, so a run that goes on only asks what is missing.
 */
export class DistilFolder {
  readonly path: string
  readonly #output: string

  constructor(output: string) {
    this.#output = output
    this.path = `${output}.distil`
  }

  at(name: string): string {
    return join(this.path, name)
  }

  /** The folder of a stage's student. @param index from 0 */
  stage(index: number): string {
    return this.at(`stage-${index + 1}`)
  }

  /**
   * Makes the folder of a new run, or opens that of an interrupted one.
   * @throws InputError when the output is there already, when a run is there and is not to be
   *   resumed, or has other settings.
   */
  async open(record: DistilRecord, resume: boolean): Promise<void> {
    await this.#requireNewOutput()
    const path = this.at('run.json')
    const saved = await readFile(path, 'utf8').catch(() => undefined)
    if (saved === undefined) {
      await mkdir(this.path, { recursive: true }).catch((cause: unknown) => {
        throw outputError(this.path, cause)
      })
      await writeFileAtomic(path, `${JSON.stringify(record, null, 2)}\n`)
      return
    }
    if (!resume) throw interrupted(this.path)
    requireSameRecord(JSON.parse(saved) as DistilRecord, record, this.path)
  }

  /** The student as it begins: what is there, or what `build` makes. */
  async student(build: () => Promise<Checkpoint>): Promise<string> {
    const path = this.at('student')
    if (!(await isThere(path))) await saveCheckpoint(path, await build())
    return path
  }

  /** Whether a stage is done. */
  async hasStage(index: number): Promise<boolean> {
    return isThere(this.stage(index))
  }

  /** Gives a folder the output's name, and removes the run's own. */
  async finish(result: string): Promise<void> {
    await rename(result, this.#output).catch((cause: unknown) => {
      throw outputError(this.#output, cause)
    })
    await rm(this.path, { recursive: true, force: true })
  }

  async #requireNewOutput(): Promise<void> {
    if (!(await isThere(this.#output))) return
    throw new InputError(
      'distil-output-exists',
      `${this.#output} is there already; choose another output, or remove it`,
      { facts: { output: this.#output } },
    )
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

function interrupted(path: string): InputError {
  return new InputError(
    'distil-run-exists',
    `an interrupted run lies in ${path}; go on with it by --resume (resume: true), or remove the ` +
      'folder',
    { facts: { folder: path } },
  )
}

/** Stages that have not begun are their own to check; the whole record must be the same. */
function requireSameRecord(saved: DistilRecord, record: DistilRecord, path: string): void {
  const now = JSON.parse(JSON.stringify(record)) as DistilRecord
  const keys = [...new Set([...Object.keys(saved), ...Object.keys(now)])]
  const different = keys.filter((key) => JSON.stringify(saved[key]) !== JSON.stringify(now[key]))
  if (different.length === 0) return
  throw new InputError(
    'distil-resume-other',
    `the run in ${path} was another: ${different.join(', ')} changed; resume it as it was, or ` +
      'remove the folder',
    { facts: { folder: path, different } },
  )
}

import { type FileHandle, open, readFile } from 'node:fs/promises'
import { InputError } from '../errors/index.ts'
import { inputError, outputError, writeFileAtomic } from '../files/index.ts'
import { type MetricsEntry, metricsEntry, metricsLine } from './metrics-entry.ts'

/**
 * What a run measured: a line of JSON for every step and every evaluation, added at the end as they
 * come. A line that a killed run left half-written is passed over when the log is read.
 */
export class MetricsLog {
  readonly #path: string
  readonly #file: FileHandle

  private constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  /**
   * Begins a log; or goes on with one, of which what came after `step` steps is cut off: those steps
   * will be done again.
   * @param step where the run begins; 0 empties the log
   * @throws OutputError when it cannot be written; InputError when it cannot be read.
   */
  static async open(path: string, step: number): Promise<MetricsLog> {
    const before = step === 0 ? [] : await entriesIfAny(path)
    const kept = before.filter((entry) => entry.step <= step)
    await writeFileAtomic(path, kept.map(metricsLine).join(''))
    try {
      return new MetricsLog(path, await open(path, 'a'))
    } catch (cause) {
      throw outputError(path, cause)
    }
  }

  /** @throws OutputError when the disk is full. */
  async append(entry: MetricsEntry): Promise<void> {
    try {
      await this.#file.appendFile(metricsLine(entry))
    } catch (cause) {
      throw outputError(this.#path, cause)
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

/**
 * All entries of a log, in their order.
 * @throws InputError when there is no such file.
 */
export async function readMetrics(path: string): Promise<MetricsEntry[]> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw inputError(path, cause)
  })
  return text.split('\n').flatMap((line) => metricsEntry(line) ?? [])
}

/** A lost log does not keep a run from going on. */
async function entriesIfAny(path: string): Promise<MetricsEntry[]> {
  try {
    return await readMetrics(path)
  } catch (error) {
    if (error instanceof InputError && error.code === 'input-missing') return []
    throw error
  }
}

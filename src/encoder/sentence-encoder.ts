import { type Checkpoint, diskFolder, OpenFiles, readCalibration } from '../checkpoint/index.ts'
import { PRECISIONS, readActivationRanges, TYPICAL_TEXTS } from '../precision/index.ts'
import { BACKENDS, physicalCores, SessionStarter, workersFor } from '../runtime/index.ts'
import { assembleEncoder } from './assemble.ts'
import { Encoder } from './encoder.ts'
import { type LoadOptions, loadSource } from './load.ts'
import { measureActivationRanges } from './measure-activation-ranges.ts'
import { requireChoice, requireWhole } from './options.ts'

/** What says how a model is run, however it was found. */
type RunOptions = Pick<
  LoadOptions,
  'threads' | 'workers' | 'backend' | 'precision' | 'activationRanges' | 'onWarning'
>

/**
 * Turns sentences into vectors: a model folder, loaded and ready.
 * @example
 * ```ts
 * import { SentenceEncoder } from 'yuju'
 *
 * await using encoder = await SentenceEncoder.load('my-model')
 * const vector = await encoder.encode('花呗怎么还款') // Float32Array
 * const { data, rows, dimensions } = await encoder.encode(['花呗怎么还款', '今天天气不错'])
 * ```
 */
export class SentenceEncoder extends Encoder {
  /**
   * Loads a sentence-encoder folder, or downloads one from the hub first.
   * @param source a folder, or `owner/name` on the hub (default: the student that ships with yuju)
   * @throws CheckpointError for a folder that is missing, damaged or of an unknown kind; HubError
   *   when a download fails; RuntimeError when no runtime can run the model.
   */
  static async load(source?: string, options: LoadOptions = {}): Promise<SentenceEncoder> {
    await using starter = new SessionStarter(sessionOptions(options))
    return await SentenceEncoder.#assemble(await loadSource(source, options), options, starter)
  }

  /** Builds the encoder of a checkpoint that was read already. */
  static async fromCheckpoint(
    checkpoint: Checkpoint,
    options: RunOptions = {},
  ): Promise<SentenceEncoder> {
    await using starter = new SessionStarter(sessionOptions(options))
    return await SentenceEncoder.#assemble(checkpoint, options, starter)
  }

  static async #assemble(
    checkpoint: Checkpoint,
    options: RunOptions,
    starter: SessionStarter,
  ): Promise<SentenceEncoder> {
    await using files = new OpenFiles()
    const parts = await assembleEncoder(checkpoint, {
      readRange: files.read,
      openSession: (graph) => starter.open(graph),
      precision: options.precision && requireChoice('precision', options.precision, PRECISIONS),
      measureColumnRanges: () => {
        const { workers: _, ...session } = sessionOptions(options)
        return measureActivationRanges(checkpoint, TYPICAL_TEXTS, session)
      },
      readActivationRanges: async () =>
        options.activationRanges ?? readActivationRanges(diskFolder(checkpoint.folder)),
      warn: options.onWarning ?? ((message) => globalThis.console.warn(message)),
      readCalibration: () => readCalibration(diskFolder(checkpoint.folder)),
    })
    return new SentenceEncoder(parts)
  }
}

function sessionOptions({
  threads = physicalCores(),
  workers = workersFor(threads),
  backend,
}: Pick<LoadOptions, 'threads' | 'workers' | 'backend'>) {
  return {
    threads: requireWhole('threads', threads, { min: 1, max: 1024 }),
    workers: requireWhole('workers', workers, { min: 1, max: Math.max(1, threads) }),
    ...(backend === undefined ? {} : { backend: requireChoice('backend', backend, BACKENDS) }),
  }
}

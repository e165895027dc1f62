import { type Checkpoint, requireEncoder } from '../checkpoint/index.ts'
import { Encoder } from './encoder.ts'
import type { LoadOptions } from './load.ts'
import { openCheckpoint, openSource, type RunOptions } from './open-model.ts'

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
    return new SentenceEncoder(await openSource(source, options, requireEncoder))
  }

  /** Builds the encoder of a checkpoint that was read already. */
  static async fromCheckpoint(
    checkpoint: Checkpoint,
    options: RunOptions = {},
  ): Promise<SentenceEncoder> {
    return new SentenceEncoder(await openCheckpoint(checkpoint, options, requireEncoder))
  }
}

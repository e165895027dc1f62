import { type Checkpoint, requireCrossEncoder } from '../checkpoint/index.ts'
import { type LoadOptions, openCheckpoint, openSource, type RunOptions } from '../encoder/index.ts'
import { CrossEncoder } from './cross-encoder.ts'

/**
 * Scores how well documents answer a query: a cross-encoder, loaded and ready.
 * @example
 * ```ts
 * import { Reranker } from 'yuju/rerank'
 *
 * await using reranker = await Reranker.load('my-reranker')
 * const documents = ['今天天气不错', '花呗可以提前还款']
 * const [best] = await reranker.rerank('花呗怎么还款', documents, { topK: 1 })
 * const { scores } = await reranker.score([['花呗怎么还款', '花呗可以提前还款']]) // Float32Array
 * ```
 */
export class Reranker extends CrossEncoder {
  /**
   * Loads the folder of a cross-encoder, or downloads one from the hub first.
   * @param source a folder, or `owner/name` on the hub
   * @throws CheckpointError for a folder that is missing, damaged or no cross-encoder; HubError when a
   *   download fails; RuntimeError when no runtime can run the model.
   */
  static async load(source: string, options: LoadOptions = {}): Promise<Reranker> {
    return new Reranker(await openSource(source, options, requireCrossEncoder))
  }

  /** Builds the reranker of a checkpoint that was read already. */
  static async fromCheckpoint(checkpoint: Checkpoint, options: RunOptions = {}): Promise<Reranker> {
    return new Reranker(await openCheckpoint(checkpoint, options, requireCrossEncoder))
  }
}

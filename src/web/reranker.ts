import { requireCrossEncoder } from '../checkpoint/portable.ts'
import { CrossEncoder } from '../rerank/portable.ts'
import { type LoadedModel, loadModel, type WebLoadOptions } from './load-model.ts'

/** Scores how well documents answer a query, in a browser: a cross-encoder, fetched and ready. */
export class Reranker extends CrossEncoder {
  /** Threads that share one batch. */
  readonly threads: number

  private constructor({ parts, threads }: LoadedModel) {
    super(parts)
    this.threads = threads
  }

  /**
   * Fetches a cross-encoder, or takes it from the browser's cache, and loads it.
   * @param address of a folder that `yuju export --web` wrote; relative to the page
   * @throws HubError when a file does not come, or not whole; CheckpointError for a model that is no
   *   cross-encoder; RuntimeError when it cannot be run.
   */
  static async load(address: string | URL, options: WebLoadOptions = {}): Promise<Reranker> {
    return new Reranker(await loadModel(address, options, requireCrossEncoder))
  }
}

import { requireEncoder } from '../checkpoint/portable.ts'
import { Encoder } from '../encoder/portable.ts'
import { type LoadedModel, loadModel, type WebLoadOptions } from './load-model.ts'

/** Turns sentences into vectors in a browser: a model, fetched and ready. */
export class SentenceEncoder extends Encoder {
  /** Threads that share one batch. */
  readonly threads: number

  private constructor({ parts, threads }: LoadedModel) {
    super(parts)
    this.threads = threads
  }

  /**
   * Fetches a model, or takes it from the browser's cache, and loads it.
   * @param address of a folder that `yuju export --web` wrote; relative to the page
   * @throws HubError when a file does not come, or not whole; CheckpointError for a model yuju does
   *   not know; RuntimeError when it cannot be run.
   */
  static async load(address: string | URL, options: WebLoadOptions = {}): Promise<SentenceEncoder> {
    return new SentenceEncoder(await loadModel(address, options, requireEncoder))
  }
}

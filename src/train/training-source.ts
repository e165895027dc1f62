import type { TextRole } from '../encoder/index.ts'
import type { Tensor } from '../runtime/index.ts'
import type { BatchSource, Example } from './data/index.ts'
import type { Loss } from './losses/index.ts'

/** A data set, how batches are made of it, and the loss they are trained with. */
export interface TrainingSource extends BatchSource {
  readonly loss: Loss
  /**
   * What the texts of each column are in a search: they get the model's prompt for it, as when they
   * are encoded for one. Default: texts like any other, with the prompt of the run.
   */
  readonly roles?: readonly TextRole[]
  /**
   * For batches whose states do not fit into memory: texts encoded at a time (gradient caching).
   * Default: the whole batch at once.
   */
  readonly cachedTexts?: number
  /**
   * Tensors the loss compares with beside the label, such as a teacher's vectors, by the names it
   * asks for: float32, [P, …]; token targets [R,T, …], over `texts`, the batch's unique texts as the
   * model takes them.
   */
  readonly targets?: (
    examples: readonly Example[],
    texts: Readonly<Record<string, Tensor>>,
  ) => Readonly<Record<string, Tensor>> | Promise<Readonly<Record<string, Tensor>>>
}

import type { Value } from '../graph/index.ts'

/** What is dropped: elements of the hidden state, or whole weights of the attention. */
export type DropoutKind = 'hidden' | 'attention'

/**
 * Applied wherever BERT drops elements in training (Srivastava et al. 2014; places: BertModel of
 * Hugging Face transformers). Inference uses `keepAll`.
 */
export type Dropout = (x: Value, kind: DropoutKind) => Value

export const keepAll: Dropout = (x) => x

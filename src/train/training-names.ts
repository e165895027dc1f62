/** Names of the inputs and outputs that training adds to those of the model. */
export const TRAINING_NAMES = {
  /** A scalar. */
  loss: 'loss',
  /** [B,D]; an input of the graph of the loss alone. */
  embeddings: 'embeddings',
  /** [B,D]: the gradient of the loss with respect to the embeddings. */
  upstream: 'upstream',
  /** [P] int64: which of the unique texts stand in a text column. */
  rows: (column: number) => `rows.${column}`,
  target: (name: string) => `target.${name}`,
  gradient: (parameter: string) => `gradient.${parameter}`,
  /** [K] int64, beside the gradient [K,H] of a sparse parameter. */
  gradientRows: (parameter: string) => `gradient-rows.${parameter}`,
} as const

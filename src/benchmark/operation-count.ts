import type { Checkpoint } from '../checkpoint/index.ts'

/**
 * Floating-point operations of the matrix products that encode a text of `tokens` tokens, a
 * multiplication and an addition counted as two: in each layer 8TH² for queries, keys, values and
 * output, 4TH·I for the feed-forward layer, 4T²H for attention; 2·in·out for each dense module. What
 * is element by element (activation, normalisation) is not counted, and padding neither.
 * Reference: Kaplan et al., Scaling Laws for Neural Language Models, 2020, table 1.
 */
export function operationCount({ config, modules }: Checkpoint, tokens: number): number {
  const { hiddenSize, intermediateSize, layers } = config
  const projections = 8 * tokens * hiddenSize ** 2
  const feedForward = 4 * tokens * hiddenSize * intermediateSize
  const attention = 4 * tokens ** 2 * hiddenSize
  const dense = modules.reduce((sum, module) => {
    return module.kind === 'dense' ? sum + 2 * module.inFeatures * module.outFeatures : sum
  }, 0)
  return layers * (projections + feedForward + attention) + dense
}

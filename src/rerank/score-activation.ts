import type { ScoreActivation } from '../checkpoint/portable.ts'

/** Logits as scores, in float32. */
export function applyActivation(logits: Float32Array, activation: ScoreActivation): Float32Array {
  switch (activation) {
    case 'sigmoid':
      return logits.map((logit) => 1 / (1 + Math.exp(-logit)))
    case 'identity':
      return logits
    default:
      return activation satisfies never
  }
}

import { RuntimeError } from '../errors/index.ts'
import type { StepResult } from './engine/messages.ts'

/** A loss this many times the recent mean has exploded; contrastive losses vary by two or three. */
const EXPLOSION = 20
/** Steps that the recent mean looks back over. */
const MEMORY = 50
/** Below this, all texts of a batch have nearly the same direction: 1 - mean cosine. */
const LEAST_SPREAD = 1e-4
/** Collapsed batches in a row that are no accident. */
const COLLAPSED_STEPS = 20

/** Watches the steps of a run and stops it before it saves a ruined model. */
export class TrainingGuards {
  readonly #recent: number[] = []
  #collapsed = 0

  /** @throws RuntimeError for a loss that is no number or exploded, and for collapsed embeddings. */
  check(step: number, { loss, gradientNorm, spread }: StepResult): void {
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      const what = `loss ${loss}, gradient norm ${gradientNorm}`
      throw ruined('train-not-finite', step, `${what}; lower the learning rate`)
    }
    this.#checkExplosion(step, loss)
    this.#collapsed = spread < LEAST_SPREAD ? this.#collapsed + 1 : 0
    if (this.#collapsed < COLLAPSED_STEPS) return
    throw ruined(
      'train-collapsed',
      step,
      `all texts have had the same embedding for ${COLLAPSED_STEPS} steps (mean cosine ` +
        `${1 - spread}); lower the learning rate, or use a loss with negatives`,
    )
  }

  #checkExplosion(step: number, loss: number): void {
    const mean = this.#recent.reduce((sum, x) => sum + x, 0) / Math.max(1, this.#recent.length)
    if (this.#recent.length >= MEMORY && loss > EXPLOSION * mean && loss > 1) {
      throw ruined(
        'train-exploded',
        step,
        `loss ${loss}, ${EXPLOSION} times the mean ${mean} of the last ${MEMORY} steps; ` +
          'lower the learning rate or clip gradients',
      )
    }
    this.#recent.push(loss)
    if (this.#recent.length > MEMORY) this.#recent.shift()
  }
}

function ruined(code: string, step: number, what: string): RuntimeError {
  const message = `training stopped at step ${step}: ${what}. The last checkpoint is kept`
  return new RuntimeError(code, message, { facts: { step } })
}

/**
 * 1 - the mean cosine between different rows [N,D]: near 0 when all have collapsed to one direction.
 * From Σᵢⱼ uᵢ·uⱼ = ‖Σ uᵢ‖² for rows of length 1. Of fewer than two rows, and of logits, which have no
 * direction: 1.
 */
export function embeddingSpread(data: Float32Array, rows: number): number {
  const dimensions = data.length / rows
  if (rows < 2 || dimensions === 1) return 1
  const sum = new Float64Array(dimensions)
  for (let row = 0; row < rows; row += 1) {
    const vector = data.subarray(row * dimensions, (row + 1) * dimensions)
    const length = Math.max(Math.sqrt(squares(vector)), 1e-12)
    for (let i = 0; i < dimensions; i += 1) sum[i] = (sum[i] ?? 0) + (vector[i] ?? 0) / length
  }
  return 1 - (squares(sum) - rows) / (rows * (rows - 1))
}

function squares(vector: Float32Array | Float64Array): number {
  let sum = 0
  for (const x of vector) sum += x * x
  return sum
}

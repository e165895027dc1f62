import { multiply } from '../../graph/operations.ts'
import { lackOfAll } from './lack.ts'
import type { LabelKind, Loss } from './loss.ts'
import { filled, positive } from './loss-options.ts'
import { total } from './mean.ts'

export interface WeightedLoss {
  readonly loss: Loss
  /** Default 1. */
  readonly weight?: number
}

/**
 * Σ wᵢ · lossᵢ, all on the same batch, e.g. what a student is taught by its teacher's vectors and
 * by its hidden states.
 *
 * Inputs: those of every loss; targets and parameters of the same name are shared.
 * Requirements: at least one loss, and numbers of columns that suit all of them.
 */
export function weightedSum(parts: readonly WeightedLoss[]): Loss {
  const weights = filled('parts', parts).map(({ weight = 1 }) => positive('weight', weight))
  const losses = parts.map(({ loss }) => loss)
  return {
    name: losses.map(({ name }) => name).join('+'),
    columns: {
      min: Math.max(...losses.map(({ columns }) => columns.min)),
      max: Math.min(...losses.map(({ columns }) => columns.max)),
    },
    label: strictest(losses),
    comparesLabels: losses.some(({ comparesLabels }) => comparesLabels),
    lack: lackOfAll(losses),
    build: (context) =>
      total(losses.map((loss, index) => multiply(loss.build(context), weights[index] ?? 1))),
  }
}

/** A label of 0 or 1 is a score, too. */
function strictest(losses: readonly Loss[]): LabelKind {
  const order = ['binary', 'score', 'none'] as const
  return order.find((kind) => losses.some(({ label }) => label === kind)) ?? 'none'
}

import { z } from 'zod'
import { multiply } from '../../graph/operations.ts'
import { checkedOptions, positive } from './define-loss.ts'
import { type LabelKind, type Loss, lackOfAll, type Widths } from './loss.ts'
import { total } from './reductions.ts'

export interface WeightedLoss {
  readonly loss: Loss
  /** Default 1. */
  readonly weight?: number
}

const sumOptions = z.strictObject({
  parts: z.array(z.object({ weight: positive.default(1) })).min(1),
})

/**
 * Σ wᵢ · lossᵢ, all on the same batch, e.g. on a teacher's vectors and on its hidden states.
 *
 * Inputs: those of every loss; targets and parameters of the same name are shared.
 * Requirements: at least one loss, and numbers of columns that suit all of them.
 */
export function weightedSum(parts: readonly WeightedLoss[]): Loss {
  const { parts: weighted } = checkedOptions('weighted_sum', sumOptions, { parts })
  const losses = parts.map(({ loss }) => loss)
  const forTeacher = (widths: Widths, columns: number) =>
    weightedSum(
      parts.map((part) => ({
        ...part,
        loss: part.loss.forTeacher?.(widths, columns) ?? part.loss,
      })),
    )
  return {
    name: losses.map(({ name }) => name).join('+'),
    columns: {
      min: Math.max(...losses.map(({ columns }) => columns.min)),
      max: Math.min(...losses.map(({ columns }) => columns.max)),
    },
    label: strictest(losses),
    comparesLabels: losses.some(({ comparesLabels }) => comparesLabels),
    inBatchNegatives: losses.some(({ inBatchNegatives }) => inBatchNegatives),
    states: losses.flatMap(({ states = [] }) => states),
    ...(losses.some((loss) => loss.forTeacher) ? { forTeacher } : {}),
    lack: lackOfAll(losses),
    build: (context) =>
      total(
        losses.map((loss, index) => multiply(loss.build(context), weighted[index]?.weight ?? 1)),
      ),
  }
}

/** A label of 0 or 1 is a score, too. */
function strictest(losses: readonly Loss[]): LabelKind {
  const order = ['binary', 'score', 'none'] as const
  return order.find((kind) => losses.some(({ label }) => label === kind)) ?? 'none'
}

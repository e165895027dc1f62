import { z } from 'zod'
import { InputError } from '../../errors/index.ts'
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
  const comparing = losses.filter((loss) => loss.forTeacher)
  requireOneTeacher(comparing)
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
    ...(comparing.length > 0 ? { forTeacher } : {}),
    comparesWith: comparing[0]?.comparesWith ?? 'vectors',
    lack: lackOfAll(losses),
    build: (context) =>
      total(
        losses.map((loss, index) => multiply(loss.build(context), weighted[index]?.weight ?? 1)),
      ),
  }
}

/** @throws InputError where one compares with vectors and another with scores: no teacher gives both. */
function requireOneTeacher(comparing: readonly Loss[]): void {
  const ofScores = comparing.find(({ comparesWith }) => comparesWith === 'scores')
  const ofVectors = comparing.find(({ comparesWith }) => comparesWith !== 'scores')
  if (!ofScores || !ofVectors) return
  throw new InputError(
    'loss-teachers',
    `${ofScores.name} compares with the scores of a cross-encoder and ${ofVectors.name} with vectors, which ` +
      'no teacher gives both; name the data twice, each time with one of the losses and its teacher',
    { facts: { losses: comparing.map(({ name }) => name) } },
  )
}

/** A label of 0 or 1 is a score, too. */
function strictest(losses: readonly Loss[]): LabelKind {
  const order = ['binary', 'score', 'none'] as const
  return order.find((kind) => losses.some(({ label }) => label === kind)) ?? 'none'
}

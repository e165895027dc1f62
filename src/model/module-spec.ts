import type { Weight } from './weight.ts'

/** The ways to turn token vectors [B,T,H] into one vector [B,H], named as in design and on disk. */
export const POOLING_MODES = [
  'cls',
  'max',
  'mean',
  'mean_sqrt_len',
  'weightedmean',
  'lasttoken',
] as const
export type PoolingMode = (typeof POOLING_MODES)[number]

/** Activations, of the encoder's feed-forward layer and of Dense. */
export const ACTIVATIONS = [
  'gelu',
  'gelu_tanh',
  'silu',
  'relu',
  'tanh',
  'sigmoid',
  'identity',
] as const
export type Activation = (typeof ACTIVATIONS)[number]

export interface PoolingSpec {
  readonly kind: 'pooling'
  /** One or several; several are concatenated in this order. */
  readonly modes: readonly PoolingMode[]
  /** Whether the tokens of a prompt take part in the pooling. */
  readonly includePrompt: boolean
}

export interface DenseSpec {
  readonly kind: 'dense'
  readonly inFeatures: number
  readonly outFeatures: number
  readonly activation: Activation
  /** [outFeatures, inFeatures] */
  readonly weight: Weight
  /** [outFeatures] */
  readonly bias: Weight | undefined
}

export interface NormalizeSpec {
  readonly kind: 'normalize'
}

export type ModuleSpec = PoolingSpec | DenseSpec | NormalizeSpec

/** A weight of the module at `index` (from 0, the encoder not counted): `2_Dense.linear.weight`. */
export function denseWeightName(index: number, part: 'weight' | 'bias'): string {
  return `${index + 1}_Dense.linear.${part}`
}

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
  /** What normalizes the layer's output, after its activation: only in the heads of cross-encoders. */
  readonly norm?: NormSpec
}

/** (x - mean) / √(variance + ε) · weight + bias, over the features. */
export interface NormSpec {
  readonly epsilon: number
  /** [outFeatures] */
  readonly weight: Weight
  readonly bias: Weight | undefined
}

export interface NormalizeSpec {
  readonly kind: 'normalize'
}

/** How much more likely the next token is one than another, as a language model sees it. */
export interface LogitScoreSpec {
  readonly kind: 'logit_score'
  /** The rows [1,H] of the language model's head for the tokens that say yes and no. */
  readonly yes: Weight
  readonly no: Weight
}

export type ModuleSpec = PoolingSpec | DenseSpec | NormalizeSpec | LogitScoreSpec

/** A weight of the module at `index` (from 0, the encoder not counted): `2_Dense.linear.weight`. */
export function denseWeightName(index: number, part: DensePart): string {
  return `${index + 1}_Dense.${DENSE_PARTS[part]}`
}

const DENSE_PARTS = {
  weight: 'linear.weight',
  bias: 'linear.bias',
  normWeight: 'norm.weight',
  normBias: 'norm.bias',
} as const
export type DensePart = keyof typeof DENSE_PARTS

/** The weights of a dense layer, by their part. */
export function denseWeights({ weight, bias, norm }: DenseSpec): [DensePart, Weight][] {
  return [
    ['weight', weight],
    ...(bias ? [['bias', bias] satisfies [DensePart, Weight]] : []),
    ...(norm ? [['normWeight', norm.weight] satisfies [DensePart, Weight]] : []),
    ...(norm?.bias ? [['normBias', norm.bias] satisfies [DensePart, Weight]] : []),
  ]
}

/** The same layer with other weights, by what `pick` gives for each. */
export function withDenseWeights(
  spec: DenseSpec,
  pick: (part: DensePart, weight: Weight) => Weight,
): DenseSpec {
  const { weight, bias, norm } = spec
  return {
    ...spec,
    weight: pick('weight', weight),
    bias: bias && pick('bias', bias),
    ...(norm
      ? {
          norm: {
            ...norm,
            weight: pick('normWeight', norm.weight),
            bias: norm.bias && pick('normBias', norm.bias),
          },
        }
      : {}),
  }
}

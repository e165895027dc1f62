import type { Value } from '../graph/index.ts'
import {
  type Attention,
  type AttentionOptions,
  type AttentionPattern,
  type AttentionShape,
  attention,
} from './attention.ts'
import type { EncoderInputs } from './family.ts'
import { type Rotation, rotary } from './rotary.ts'

/** The kinds of attention that layers of one encoder may have, as transformers names them. */
export const ATTENTION_KINDS = ['full_attention', 'sliding_attention'] as const
/** To every token, or to those near. */
export type AttentionKind = (typeof ATTENTION_KINDS)[number]

export interface RotaryAttentionShape extends Omit<AttentionShape, 'pattern'> {
  /** By the layer. */
  readonly kinds: readonly AttentionKind[]
  /** θ of the rotation. */
  readonly theta: Readonly<Record<AttentionKind, number>>
  readonly patterns: Readonly<Record<AttentionKind, AttentionPattern>>
}

/** What a layer's attention compared, and what it gives, rows. */
export interface Attended {
  /** Turned by position, as the key. */
  readonly query: Value
  readonly key: Value
  /** [B*T,N·d] */
  readonly context: Value
}

/**
 * Attention over heads that are turned by position, in layers of several kinds; what layers of a kind
 * have in common is added to the graph once.
 * @returns the attention of a layer
 */
export function rotaryAttention(
  { ids, mask }: EncoderInputs,
  shape: RotaryAttentionShape,
  options: AttentionOptions,
): (layer: number) => (query: Value, key: Value, value: Value) => Attended {
  const { heads, groups = heads, headSize, kinds, theta, patterns } = shape
  const { operators } = options
  const known = new Map<AttentionKind, { readonly turn: Rotation; readonly attend: Attention }>()
  const bind = (kind: AttentionKind) => {
    const bound = known.get(kind) ?? {
      turn: rotary(ids, { headSize, theta: theta[kind], operators }),
      attend: attention(mask, { ...shape, pattern: patterns[kind] }, options),
    }
    known.set(kind, bound)
    return bound
  }
  return (layer) => {
    const { turn, attend } = bind(kinds[layer] ?? 'full_attention')
    return (query, key, value) => {
      const turned = { query: turn(query, heads), key: turn(key, groups) }
      return { ...turned, context: attend(turned.query, turned.key, value) }
    }
  }
}

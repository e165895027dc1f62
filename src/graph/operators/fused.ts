import { GraphError } from '../../errors/index.ts'
import { formatShape } from '../dim.ts'
import type { Operator } from '../operator.ts'
import type { TensorType } from '../value.ts'
import { type Inputs, required } from './inference.ts'

function sameAsFirst(inputs: Inputs): TensorType[] {
  const { type, shape } = required(inputs, 0)
  return [{ type, shape }]
}

/** Operators ONNX Runtime adds to the specification: several standard ones in one kernel. */
export const FUSED = {
  /** Query, key and value [B,T,H], (bias), key padding mask [B,T] int32; gives [B,T,H]. */
  MultiHeadAttention: {
    domain: 'com.microsoft',
    since: 1,
    attributes: { num_heads: 'int', mask_filter_value: 'float', scale: 'float' },
    infer: (inputs) => {
      const { type, shape } = required(inputs, 0)
      if (shape.length !== 3) {
        throw new GraphError('graph-shape', `MultiHeadAttention got ${formatShape(shape)}`)
      }
      return [{ type, shape }]
    },
  },
  /** x [B,T,H], first position [1], cosines and sines [T,d/2]; gives [B,T,H]. */
  RotaryEmbedding: {
    domain: 'com.microsoft',
    since: 1,
    attributes: { num_heads: 'int' },
    infer: sameAsFirst,
  },
  /** x, scale; ONNX Runtime has it in the domain of the specification. */
  SimplifiedLayerNormalization: {
    domain: '',
    since: 1,
    attributes: { axis: 'int', epsilon: 'float' },
    infer: sameAsFirst,
  },
} as const satisfies Readonly<Record<string, Operator>>

import type { TensorType } from './value.ts'

/** `type` is an element type: a name in the graph, a number in ONNX. */
export type AttributeType = 'int' | 'ints' | 'float' | 'string' | 'type'
export type AttributeValue = number | readonly number[] | string
export type Attributes = Readonly<Record<string, AttributeValue>>

/** An operator of the ONNX specification (domain '') or of ONNX Runtime (`com.microsoft`). */
export interface Operator {
  readonly domain: '' | 'com.microsoft'
  /** The operator set whose definition of it the graph relies on. */
  readonly since: number
  readonly attributes: Readonly<Record<string, AttributeType>>
  /**
   * The types of its outputs. An optional input that is left out is `undefined`.
   * @throws GraphError when the inputs do not fit together.
   */
  readonly infer: (
    inputs: readonly (TensorType | undefined)[],
    attributes: Attributes,
  ) => readonly TensorType[]
}

/** An operator of the main ONNX domain. */
export function onnxOperator(
  since: number,
  infer: Operator['infer'],
  attributes: Operator['attributes'] = {},
): Operator {
  return { domain: '', since, attributes, infer }
}

import type { Operator } from '../operator.ts'
import { ELEMENTWISE } from './elementwise.ts'
import { FUSED } from './fused.ts'
import { LAYOUT } from './layout.ts'
import { LINEAR } from './linear.ts'
import { QUANTIZED } from './quantized.ts'
import { REDUCE } from './reduce.ts'

/** Every operator a graph may hold. */
export const OPERATORS = { ...ELEMENTWISE, ...LINEAR, ...LAYOUT, ...REDUCE, ...FUSED, ...QUANTIZED }

export type OperatorName = keyof typeof OPERATORS

export function operatorNamed(name: OperatorName): Operator {
  return OPERATORS[name]
}

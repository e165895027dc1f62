import type { OperatorName } from '../operators/index.ts'
import { ELEMENTWISE_GRADIENTS } from './elementwise.ts'
import { GELU_GRADIENTS } from './gelu.ts'
import { LAYOUT_GRADIENTS } from './layout.ts'
import { LINEAR_GRADIENTS } from './linear.ts'
import { NORMALIZATION_GRADIENTS } from './normalization.ts'
import { REDUCE_GRADIENTS } from './reduce.ts'
import type { Rule } from './rule.ts'

/** The rule of every operator that can be differentiated. */
export const GRADIENTS: Readonly<Partial<Record<OperatorName, Rule>>> = {
  ...ELEMENTWISE_GRADIENTS,
  ...GELU_GRADIENTS,
  ...LINEAR_GRADIENTS,
  ...LAYOUT_GRADIENTS,
  ...REDUCE_GRADIENTS,
  ...NORMALIZATION_GRADIENTS,
}

import { describeGradients, type GradientCase } from '../../../test/support/gradient-check.ts'
import {
  logSumExp,
  multiply,
  type Reduction,
  reduceL2,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceSum,
} from '../operations.ts'
import type { Value } from '../value.ts'
import { REDUCE_GRADIENTS } from './reduce.ts'

/** One axis or several, kept or folded away. */
function reductions(name: string, reduction: Reduction): readonly GradientCase[] {
  const square = (x: Value) => multiply(x, x)
  const inputs = [['B', 'T', 4]]
  return [
    { name: `${name} of one axis`, inputs, build: (x) => square(reduction(x, -1)) },
    { name: `${name} kept`, inputs, build: (x) => square(reduction(x, 1, { keep: true })) },
    { name: `${name} of several axes`, inputs, build: (x) => square(reduction(x, [0, 2])) },
  ]
}

describeGradients(REDUCE_GRADIENTS, [
  ...reductions('ReduceSum', reduceSum),
  ...reductions('ReduceMean', reduceMean),
  ...reductions('ReduceMax', reduceMax),
  ...reductions('ReduceMin', reduceMin),
  ...reductions('ReduceL2', reduceL2),
  ...reductions('ReduceLogSumExp', logSumExp),
])

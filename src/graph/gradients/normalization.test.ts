import { describeGradients } from '../../../test/support/gradient-check.ts'
import { layerNormalization, logSoftmax, multiply, softmax } from '../operations.ts'
import type { Value } from '../value.ts'
import { NORMALIZATION_GRADIENTS } from './normalization.ts'

const square = (x: Value) => multiply(x, x)
const normalised = (x: Value, scale: Value, bias: Value) =>
  square(layerNormalization(x, scale, bias, 0.1))

describeGradients(NORMALIZATION_GRADIENTS, [
  { name: 'Softmax', inputs: [['B', 'T', 4]], build: softmax },
  { name: 'LogSoftmax', inputs: [['B', 'T', 4]], build: logSoftmax },
  {
    name: 'LayerNormalization of rows',
    inputs: [['B', 5], [5], [5]],
    build: normalised,
    type: 'float32',
  },
  {
    name: 'LayerNormalization',
    inputs: [['B', 'T', 5], [5], [5]],
    build: normalised,
    type: 'float32',
  },
])

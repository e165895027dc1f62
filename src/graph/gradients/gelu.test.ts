import { describeGradients } from '../../../test/support/gradient-check.ts'
import { gelu } from '../operations.ts'
import { GELU_GRADIENTS } from './gelu.ts'

const inputs = [['B', 3]]

describeGradients(GELU_GRADIENTS, [
  { name: 'exact', inputs, build: (x) => gelu(x, 'none'), type: 'float32' },
  { name: 'by tanh', inputs, build: (x) => gelu(x, 'tanh'), type: 'float32' },
])

import { describeGradients, type GradientCase } from '../../../test/support/gradient-check.ts'
import {
  absolute,
  add,
  cast,
  cosine,
  divide,
  erf,
  exp,
  greater,
  identity,
  log,
  maximum,
  minimum,
  multiply,
  negate,
  relu,
  sigmoid,
  sign,
  sine,
  squareRoot,
  subtract,
  tanh,
  where,
} from '../operations.ts'
import type { Value } from '../value.ts'
import { ELEMENTWISE_GRADIENTS } from './elementwise.ts'

const square = (x: Value) => multiply(x, x)
const positive = (x: Value) => add(square(x), 0.5)

/** Every way in which two shapes broadcast. */
const PAIRS: readonly GradientCase['inputs'][] = [
  [
    ['B', 3],
    ['B', 3],
  ],
  [['B', 3], [3]],
  [[3], ['B', 'T', 3]],
  [
    ['B', 1],
    ['B', 'T'],
  ],
  [
    ['B', 1, 2],
    ['T', 1],
  ],
  [[], ['B', 'T']],
]

const broadcast = (name: string, build: (a: Value, b: Value) => Value): readonly GradientCase[] =>
  PAIRS.map((inputs) => ({ name, inputs, build }))

const single = (name: string, build: (x: Value) => Value): GradientCase => {
  return { name, inputs: [['B', 3]], build }
}

describeGradients(ELEMENTWISE_GRADIENTS, [
  ...broadcast('Add', (a, b) => square(add(a, b))),
  ...broadcast('Sub', (a, b) => square(subtract(a, b))),
  ...broadcast('Mul', multiply),
  ...broadcast('Div', (a, b) => divide(a, positive(b))),
  ...broadcast('Max', (a, b) => square(maximum(a, b))),
  ...broadcast('Min', (a, b) => square(minimum(a, b))),
  ...broadcast('Where', (a, b) => where(greater(a, 0), square(a), square(b))),
  single('Where with a number', (x) => where(greater(x, 0), 2, square(x))),
  { ...single('Cast', (x) => square(cast(cast(x, 'float64'), 'float32'))), type: 'float32' },
  single('Identity', (x) => square(identity(x))),
  single('Neg', negate),
  single('Abs', absolute),
  single('Sign', (x) => multiply(x, sign(x))),
  single('Exp', exp),
  single('Log', (x) => log(positive(x))),
  { ...single('Erf', erf), type: 'float32' },
  single('Sqrt', (x) => squareRoot(positive(x))),
  single('Relu', relu),
  { ...single('Sin', sine), type: 'float32' },
  { ...single('Cos', cosine), type: 'float32' },
  single('Tanh', tanh),
  single('Sigmoid', sigmoid),
  single('a value used several times', (x) => multiply(add(x, square(x)), subtract(x, exp(x)))),
])

import {
  both,
  describeOperations,
  each,
  type OperationCase,
  SIX,
} from '../../../test/support/operation-check.ts'
import {
  absolute,
  add,
  and,
  cast,
  cosine,
  divide,
  equal,
  erf,
  exp,
  gelu,
  greater,
  greaterOrEqual,
  hardSigmoid,
  identity,
  less,
  lessOrEqual,
  log,
  maximum,
  minimum,
  multiply,
  negate,
  not,
  or,
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

/** Φ(x)·x with Φ by the series of the error function, which converges for these numbers. */
function exactGelu(x: number): number {
  const z = x / Math.SQRT2
  let term = z
  let sum = z
  for (let n = 1; n < 80; n += 1) {
    term *= (-z * z) / n
    sum += term / (2 * n + 1)
  }
  return 0.5 * x * (1 + (2 / Math.sqrt(Math.PI)) * sum)
}
const tanhGelu = (x: number) =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))

const asNumbers = (condition: Value) => cast(condition, 'float32')

function comparisons(): readonly OperationCase[] {
  const truth = (f: (x: number, y: number) => boolean) => both((x, y) => Number(f(x, y)))
  const compared: readonly [string, OperationCase['build'], readonly number[]][] = [
    ['greater', greater, truth((x, y) => x > y)],
    ['greaterOrEqual', (x) => greaterOrEqual(x, 2), truth((x) => x >= 2)],
    ['less', less, truth((x, y) => x < y)],
    ['lessOrEqual', (x) => lessOrEqual(x, 2), truth((x) => x <= 2)],
    ['equal', (x) => equal(x, 2), truth((x) => x === 2)],
    ['and', (x, y) => and(greater(x, 0), greater(y, 0)), truth((x, y) => x > 0 && y > 0)],
    ['or', (x, y) => or(greater(x, 0), greater(y, 0)), truth((x, y) => x > 0 || y > 0)],
    ['not', (x) => not(greater(x, 0)), truth((x) => !(x > 0))],
  ]
  return compared.map(([name, build, expected]) => {
    return { name, build: (x, y) => asNumbers(build(x, y)), shape: ['B', 3], expected }
  })
}

describeOperations([
  { name: 'add', build: add, shape: ['B', 3], expected: both((x, y) => x + y) },
  {
    name: 'subtract',
    build: subtract,
    shape: ['B', 3],
    expected: both((x, y) => x - y),
  },
  {
    name: 'multiply',
    build: multiply,
    shape: ['B', 3],
    expected: both((x, y) => x * y),
  },
  { name: 'divide', build: divide, shape: ['B', 3], expected: both((x, y) => x / y) },
  { name: 'maximum', build: maximum, shape: ['B', 3], expected: both(Math.max) },
  {
    name: 'add',
    build: (x) => add(x, 2),
    shape: ['B', 3],
    expected: each((x) => x + 2),
  },
  {
    name: 'where',
    build: (x, y) => where(greater(x, 0), y, -9),
    shape: ['B', 3],
    expected: both((x, y) => (x > 0 ? y : -9)),
  },
  {
    name: 'squareRoot',
    build: (x) => squareRoot(multiply(x, x)),
    shape: ['B', 3],
    expected: each(Math.abs),
  },
  { name: 'relu', build: relu, shape: ['B', 3], expected: each((x) => Math.max(x, 0)) },
  { name: 'sine', build: sine, shape: ['B', 3], expected: each(Math.sin) },
  { name: 'cosine', build: cosine, shape: ['B', 3], expected: each(Math.cos) },
  { name: 'tanh', build: tanh, shape: ['B', 3], expected: each(Math.tanh) },
  {
    name: 'sigmoid',
    build: sigmoid,
    shape: ['B', 3],
    expected: each((x) => 1 / (1 + Math.exp(-x))),
  },
  {
    name: 'gelu',
    build: (x) => gelu(x, 'none'),
    shape: ['B', 3],
    expected: each(exactGelu),
  },
  {
    name: 'gelu',
    build: (x) => gelu(x, 'tanh'),
    shape: ['B', 3],
    expected: each(tanhGelu),
  },
  {
    name: 'minimum',
    build: minimum,
    shape: ['B', 3],
    expected: both(Math.min),
  },
  { name: 'negate', build: negate, shape: ['B', 3], expected: each((x) => -x) },
  { name: 'absolute', build: absolute, shape: ['B', 3], expected: each(Math.abs) },
  { name: 'sign', build: sign, shape: ['B', 3], expected: each(Math.sign) },
  { name: 'identity', build: identity, shape: ['B', 3], expected: SIX },
  { name: 'exp', build: exp, shape: ['B', 3], expected: each(Math.exp) },
  {
    name: 'log',
    build: (x) => log(absolute(x)),
    shape: ['B', 3],
    expected: each((x) => Math.log(Math.abs(x))),
  },
  {
    name: 'erf',
    build: erf,
    shape: ['B', 3],
    // x·Φ(x) = x(1 + erf(x/√2))/2
    expected: each((x) => (2 * exactGelu(x * Math.SQRT2)) / (x * Math.SQRT2) - 1),
  },
  ...comparisons(),
  {
    name: 'hardSigmoid',
    build: (x) => hardSigmoid(x, { alpha: 0.25, beta: 0.5 }),
    shape: ['B', 3],
    expected: each((x) => Math.min(1, Math.max(0, 0.25 * x + 0.5))),
  },
])

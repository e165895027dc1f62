import { describeGradients, type GradientCase } from '../../../test/support/gradient-check.ts'
import {
  addElements,
  addRows,
  concat,
  expand,
  gather,
  gatherElements,
  integers,
  multiply,
  pad,
  reshape,
  slice,
  squeeze,
  transpose,
  unsqueeze,
} from '../operations.ts'
import type { Value } from '../value.ts'
import { LAYOUT_GRADIENTS } from './layout.ts'

const square = (x: Value) => multiply(x, x)
/** Row numbers below 4, one of them twice: [2,2]. */
const rowsOf = (x: Value) => reshape(integers(x.graph, [3, 0, 3, 1]), [2, 2])
/** Column numbers below 3, for two rows: [2,4]. */
const columnsOf = (x: Value) => reshape(integers(x.graph, [0, 1, 2, 1, 0, 0, 0, 1]), [2, 4])

const single = (name: string, shape: GradientCase['inputs'][0], build: (x: Value) => Value) => {
  return { name, inputs: [shape], build: (x: Value) => build(square(x)) }
}

describeGradients(LAYOUT_GRADIENTS, [
  single('Transpose', ['B', 4, 'T'], (x) => transpose(x, [2, 0, 1])),
  single('Reshape', ['B', 'T', 4], (x) => reshape(x, ['B*T', 2, 2])),
  single('Unsqueeze', ['B', 'T'], (x) => unsqueeze(x, 0, 2)),
  single('Squeeze', ['B', 1, 'T', 1], (x) => squeeze(x, 1, -1)),
  { name: 'Gather', inputs: [[4, 3]], build: (x) => gather(x, rowsOf(x)) },
  single('Gather from a computed table', [4, 3], (x) => gather(x, rowsOf(x))),
  {
    name: 'Gather twice',
    inputs: [[4, 3]],
    build: (x) =>
      concat([gather(x, integers(x.graph, [1, 2])), gather(x, integers(x.graph, [2]))], 0),
  },
  {
    name: 'Gather beside another use',
    inputs: [[4, 3]],
    build: (x) => concat([gather(x, integers(x.graph, [1, 1])), square(x)], 0),
  },
  single('Gather of one row', ['T', 3], (x) => gather(x, reshape(integers(x.graph, [2]), []))),
  single('GatherElements', [2, 3], (x) => gatherElements(x, columnsOf(x), 1)),
  single('Slice', ['B', 5], (x) => slice(x, 1, [1, 3])),
  single('Slice to a named size', [5, 'T'], (x) => slice(x, 0, [0, 'T'])),
  single('Slice from a named size', [5, 'B'], (x) => slice(x, 0, ['B', 5])),
  single('Pad', ['B', 2], (x) => pad(x, 1, [1, 'B'])),
  {
    name: 'Concat',
    inputs: [
      ['B', 2],
      ['T', 2],
      ['B', 2],
    ],
    build: (...x) => square(concat(x, 0)),
  },
  {
    name: 'Concat of columns',
    inputs: [
      ['B', 2],
      ['B', 1],
    ],
    build: (...x) => square(concat(x, -1)),
  },
  single('Expand', ['B', 1], (x) => expand(x, [3, 'B', 4])),
  {
    name: 'ScatterND',
    inputs: [
      [4, 2],
      [3, 2],
    ],
    build: (x, rows) => square(addRows(x, integers(x.graph, [2, 0, 2]), rows)),
  },
  {
    name: 'ScatterElements',
    inputs: [
      [2, 3],
      [2, 4],
    ],
    build: (x, updates) => square(addElements(x, { indices: columnsOf(x), updates, axis: 1 })),
  },
])

import { describeOperations, SIX, SIX_MORE } from '../../../test/support/operation-check.ts'
import {
  addElements,
  addRows,
  argMax,
  cast,
  concat,
  expand,
  full,
  gather,
  gatherElements,
  integers,
  oneHot,
  pad,
  range,
  reduceSum,
  reshape,
  slice,
  squeeze,
  transpose,
  unsqueeze,
} from '../operations.ts'

describeOperations([
  {
    name: 'transpose',
    build: (x) => transpose(x, [1, 0]),
    shape: [3, 'B'],
    expected: [0.5, -0.75, -1.25, 3.5, 2, -2.5],
  },
  {
    name: 'reshape',
    build: (x) => reshape(x, [1, 'B', 3, 1]),
    shape: [1, 'B', 3, 1],
    expected: SIX,
  },
  {
    name: 'unsqueeze',
    build: (x) => unsqueeze(x, 0, 2),
    shape: [1, 'B', 1, 3],
    expected: SIX,
  },
  {
    name: 'slice',
    build: (x) => slice(x, 1, [1, 3]),
    shape: ['B', 2],
    expected: [-1.25, 2, 3.5, -2.5],
  },
  {
    name: 'slice',
    build: (x) => slice(transpose(x, [1, 0]), 0, [0, 'B']),
    shape: ['B', 'B'],
    expected: [0.5, -0.75, -1.25, 3.5],
  },
  {
    name: 'concat',
    build: (x, y) => concat([x, y], 1),
    shape: ['B', 6],
    expected: [...SIX.slice(0, 3), ...SIX_MORE.slice(0, 3), ...SIX.slice(3), ...SIX_MORE.slice(3)],
  },
  {
    name: 'gather',
    build: (x) => gather(x, integers(x.graph, [1, 0, 1])),
    shape: [3, 3],
    expected: [...SIX.slice(3), ...SIX.slice(0, 3), ...SIX.slice(3)],
  },
  {
    name: 'gatherElements',
    build: (x) => {
      const last = unsqueeze(argMax(x, 1), 1)
      return gatherElements(x, last, 1)
    },
    shape: ['B', 1],
    expected: [2, 3.5],
  },
  {
    name: 'expand',
    build: (x) => expand(reduceSum(x, 1, { keep: true }), ['B', 2]),
    shape: ['B', 2],
    expected: [1.25, 1.25, 0.25, 0.25],
  },
  {
    name: 'range',
    build: (x) => cast(range(x.graph, 'B'), 'float32'),
    shape: ['B'],
    expected: [0, 1],
  },
  {
    name: 'squeeze',
    build: (x) => squeeze(unsqueeze(x, 0, 2), 2, 0),
    shape: ['B', 3],
    expected: SIX,
  },
  {
    name: 'concat',
    build: (x, y) => slice(concat([x, y], 0), 0, ['B', '2*B']),
    shape: ['B', 3],
    expected: SIX_MORE,
  },
  {
    name: 'pad',
    build: (x) => pad(x, 1, [1, 'B']),
    shape: ['B', '4+B'],
    expected: [0, ...SIX.slice(0, 3), 0, 0, 0, ...SIX.slice(3), 0, 0],
  },
  {
    name: 'addRows',
    build: (x, y) => addRows(x, integers(x.graph, [1, 1]), y),
    shape: ['B', 3],
    expected: [...SIX.slice(0, 3), -0.75 + 1.5 + 0.75, 3.5 + 0.25 - 0.5, -2.5 - 2 + 4],
  },
  {
    name: 'addElements',
    build: (x, y) => {
      const indices = full(x.graph, 2, { type: 'int64', shape: ['B', 3] })
      return addElements(x, { indices, updates: y, axis: 1 })
    },
    shape: ['B', 3],
    expected: [0.5, -1.25, 2 - 0.25, -0.75, 3.5, -2.5 + 4.25],
  },
  {
    name: 'oneHot',
    build: (x) => cast(oneHot(argMax(x, 1), 3), 'float32'),
    shape: ['B', 3],
    expected: [0, 0, 1, 0, 1, 0],
  },
  {
    name: 'full',
    build: (x) => full(x.graph, 7, { type: 'float32', shape: ['B', 2] }),
    shape: ['B', 2],
    expected: [7, 7, 7, 7],
  },
])

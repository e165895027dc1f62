import { GraphError } from '../../errors/index.ts'
import type { Graph } from '../graph.ts'
import { operatorNamed } from '../operators/index.ts'

/** The newest operator set every runtime yuju supports knows (ONNX Runtime 1.17 and later). */
const NEWEST_OPSET = 20

/** The version of the file format in which each operator set was introduced. */
export const IR_VERSION = 9

/** What a serialised graph asks of the program that runs it. */
export interface OperatorSets {
  readonly onnx: number
  /** Version of ONNX Runtime's own operators, where the graph holds one. */
  readonly microsoft: number | undefined
}

/**
 * The oldest operator set in which every operator of the graph means what the graph relies on.
 * @throws GraphError when an operator is newer than any runtime supported.
 */
export function chooseOperatorSets(graph: Graph): OperatorSets {
  const sets = { onnx: 13, microsoft: undefined as number | undefined }
  for (const node of graph.nodes) {
    const { domain, since } = operatorNamed(node.operator)
    if (domain === 'com.microsoft') sets.microsoft = Math.max(sets.microsoft ?? 1, since)
    else sets.onnx = Math.max(sets.onnx, since)
    if (sets.onnx <= NEWEST_OPSET) continue
    throw new GraphError(
      'graph-opset',
      `${node.operator} needs operator set ${since}; the newest supported is ${NEWEST_OPSET}`,
      { facts: { operator: node.operator, since } },
    )
  }
  return sets
}

import ort from 'onnxruntime-node'
import { type DataType, type Graph, serializeGraph } from '../../src/graph/index.ts'

/** What a graph gave: shape and numbers of each output. */
export interface GraphResult {
  readonly dims: readonly number[]
  readonly data: readonly number[]
}

export interface GraphInput {
  readonly type: DataType
  readonly dims: readonly number[]
  readonly data: readonly number[]
}

/** Runs a graph whose initializers are all in memory, on the real runtime. */
export async function runGraph(
  graph: Graph,
  inputs: Readonly<Record<string, GraphInput>>,
): Promise<Record<string, GraphResult>> {
  const model = serializeGraph(graph, ({ data }) => {
    if ('bytes' in data) return data.bytes
    throw new Error('this graph reads files')
  })
  const session = await ort.InferenceSession.create(model)
  const feeds = Object.entries(inputs).map(([name, input]) => [name, tensorOf(input)] as const)
  const results = await session.run(Object.fromEntries(feeds))
  await session.release()
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => [
      name,
      { dims: tensor.dims, data: Array.from(tensor.data as Float32Array, Number) },
    ]),
  )
}

function tensorOf({ type, dims, data }: GraphInput): ort.Tensor {
  if (type === 'int64') return new ort.Tensor('int64', BigInt64Array.from(data, BigInt), dims)
  if (type === 'int32') return new ort.Tensor('int32', Int32Array.from(data), dims)
  return new ort.Tensor('float32', Float32Array.from(data), dims)
}

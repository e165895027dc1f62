import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { describe, expect, test } from 'vitest'
import { Graph, serializeGraph } from './index.ts'
import { ModelProtoSchema } from './onnx/generated/onnx_pb.ts'
import { add, cast, gelu, linear, matMul, multiHeadAttention, reshape } from './operations.ts'

function twoInputs() {
  const graph = new Graph()
  const a = graph.input('a', 'float32', ['B', 4])
  const b = graph.input('b', 'float32', [3, 4])
  return { graph, a, b }
}

describe('mistakes are errors where they are made', () => {
  test('shapes that cannot be broadcast', () => {
    const { a, b } = twoInputs()
    expect(() => add(a, b)).toThrow('shapes [B,4] and [3,4] cannot be broadcast')
  })
  test('inner sizes that differ', () => {
    const { a, b } = twoInputs()
    expect(() => matMul(a, b)).toThrow('equal inner sizes, but got [B,4] and [3,4]')
  })
  test('element types that differ', () => {
    const { a } = twoInputs()
    expect(() => add(a, cast(a, 'float16'))).toThrow('float32 and float16')
  })
  test('a reshape to another number of elements', () => {
    const { a } = twoInputs()
    expect(() => reshape(a, ['B', 5])).toThrow('[B,5] of [B,4]')
  })
  test('a value of another graph', () => {
    const [one, other] = [twoInputs(), twoInputs()]
    expect(() => linear(one.a, other.b, undefined)).toThrow('uses b of another graph')
  })
  test('a size no input has', () => {
    const { graph } = twoInputs()
    expect(() => graph.dimension('T')).toThrow('no input has a dimension called T')
  })
  test('an initializer of the wrong size', () => {
    const graph = new Graph()
    const type = { type: 'float32', shape: [2, 2] } as const
    expect(() => graph.initializer('w', type, { bytes: new Uint8Array(12) })).toThrow(
      'w float32[2,2] needs 16 bytes, not 12',
    )
  })
  test('an attribute the operator does not have', () => {
    const { graph, a } = twoInputs()
    expect(() => graph.apply('Relu', [a], { slope: 1 })).toThrow('Relu has no attribute slope')
  })
  test('two outputs of one name, and a name that is taken', () => {
    const { graph, a, b } = twoInputs()
    graph.output('y', a)
    expect(() => graph.output('y', b)).toThrow('output y is there already')
    expect(() => graph.input('a', 'float32', [1])).toThrow('a is there already')
  })
})

describe('serialisation', () => {
  const model = (graph: Graph) => {
    const bytes = serializeGraph(graph, ({ data }) =>
      'bytes' in data ? data.bytes : { location: 'w.bin', offset: data.offset, length: 16 },
    )
    return fromBinary(ModelProtoSchema, bytes)
  }

  test("bytes are those of the protocol buffers' own library", () => {
    const { graph, a } = twoInputs()
    const weight = { type: 'float16', shape: [2, 4] } as const
    const stored = graph.initializer('w', weight, { file: 'w', offset: 0, byteLength: 16 })
    const rows = linear(reshape(a, ['B', 4]), cast(stored, 'float32'), undefined)
    graph.output('y', gelu(add(rows, 1), 'none'))
    const bytes = serializeGraph(graph, ({ data }) =>
      'bytes' in data ? data.bytes : { location: 'w.bin', offset: 0, length: 16 },
    )
    const decoded = fromBinary(ModelProtoSchema, bytes)
    expect(Buffer.from(bytes).equals(toBinary(ModelProtoSchema, decoded))).toBe(true)
    expect(decoded.graph?.node.length).toBeGreaterThan(3)
    expect(decoded.graph?.node.flatMap(({ attribute }) => attribute).length).toBeGreaterThan(0)
  })

  test('the oldest operator set that has every operator is declared', () => {
    const { graph, a } = twoInputs()
    graph.output('y', add(a, 1))
    expect(model(graph).opsetImport).toMatchObject([{ domain: '', version: 14n }])
    const newer = twoInputs()
    newer.graph.output('y', gelu(newer.a, 'none'))
    expect(model(newer.graph).opsetImport).toMatchObject([{ domain: '', version: 20n }])
  })

  test("ONNX Runtime's own operators declare their domain", () => {
    const graph = new Graph()
    const x = graph.input('x', 'float32', ['B', 'T', 8])
    const mask = graph.input('mask', 'int32', ['B', 'T'])
    graph.output('y', multiHeadAttention([x, x, x], mask, { heads: 2 }))
    expect(model(graph).opsetImport).toMatchObject([{}, { domain: 'com.microsoft', version: 1n }])
  })

  test('a weight in a file is named by location, not copied', () => {
    const graph = new Graph()
    const type = { type: 'float32', shape: [2, 2] } as const
    const data = { file: '/models/w.bin', offset: 128, byteLength: 16 }
    graph.output('y', add(graph.initializer('w', type, data), 1))
    expect(model(graph).graph?.initializer[0]).toMatchObject({
      name: 'w',
      dims: [2n, 2n],
      externalData: [
        { key: 'location', value: 'w.bin' },
        { key: 'offset', value: '128' },
        { key: 'length', value: '16' },
      ],
    })
    expect(model(graph).graph?.initializer[0]?.rawData).toHaveLength(0)
  })

  test('the same graph gives the same bytes', () => {
    const bytes = () => {
      const { graph, a, b } = twoInputs()
      graph.output('y', linear(a, b, undefined))
      return serializeGraph(graph, () => new Uint8Array())
    }
    expect(bytes()).toEqual(bytes())
  })
})

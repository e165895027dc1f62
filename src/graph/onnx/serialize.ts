import type { MessageInitShape } from '@bufbuild/protobuf'
import { GraphError } from '../../errors/index.ts'
import type { Shape } from '../dim.ts'
import type { Graph, Initializer, Node } from '../graph.ts'
import type { AttributeType, AttributeValue } from '../operator.ts'
import { operatorNamed } from '../operators/index.ts'
import type { DataType, TensorType, Value } from '../value.ts'
import {
  AttributeProto_AttributeType,
  type AttributeProtoSchema,
  type ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from './generated/onnx_pb.js'
import { chooseOperatorSets, IR_VERSION } from './opset.ts'
import { writeMessage } from './write-message.ts'

/** Where the runtime finds an initializer's bytes, when they are not inside the model itself. */
export interface ExternalLocation {
  /** File name as written into the model: relative to the model, with forward slashes. */
  readonly location: string
  readonly offset: number
  readonly length: number
}

/**
 * Decides for each initializer: its bytes go into the model, or the location they have is written
 * there instead.
 */
export type Placement = (initializer: Initializer) => Uint8Array | ExternalLocation

const ELEMENT_TYPES: Readonly<Record<DataType, TensorProto_DataType>> = {
  float32: TensorProto_DataType.FLOAT,
  float16: TensorProto_DataType.FLOAT16,
  bfloat16: TensorProto_DataType.BFLOAT16,
  float64: TensorProto_DataType.DOUBLE,
  int64: TensorProto_DataType.INT64,
  int32: TensorProto_DataType.INT32,
  int16: TensorProto_DataType.INT16,
  int8: TensorProto_DataType.INT8,
  uint8: TensorProto_DataType.UINT8,
  bool: TensorProto_DataType.BOOL,
}

/** The graph as the bytes of an ONNX model (onnx.proto's ModelProto). */
export function serializeGraph(graph: Graph, placement: Placement): Uint8Array {
  const names = outputNames(graph)
  const used = usedValues(graph)
  const sets = chooseOperatorSets(graph)
  const model: MessageInitShape<typeof ModelProtoSchema> = {
    irVersion: BigInt(IR_VERSION),
    producerName: 'yuju',
    opsetImport: [
      { domain: '', version: BigInt(sets.onnx) },
      ...(sets.microsoft ? [{ domain: 'com.microsoft', version: BigInt(sets.microsoft) }] : []),
    ],
    graph: {
      name: 'yuju',
      node: graph.nodes.map((node) => nodeProto(node, { names, used })),
      initializer: graph.initializers.map((initializer) => tensorProto(initializer, placement)),
      input: graph.inputs.map((value) => valueProto(value.name, value)),
      output: [...graph.outputs].map(([name, value]) => valueProto(name, value)),
    },
  }
  return writeMessage('ModelProto', model).finish()
}

/** Outputs carry the names users ask for; all other values keep their own. */
function outputNames(graph: Graph): (value: Value) => string {
  const renamed = new Map([...graph.outputs].map(([name, value]) => [value, name]))
  return (value) => renamed.get(value) ?? value.name
}

function usedValues(graph: Graph): ReadonlySet<Value | undefined> {
  return new Set([...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.values()])
}

interface GraphNames {
  readonly names: (value: Value) => string
  readonly used: ReadonlySet<Value | undefined>
}

/** Optional outputs that nothing uses are left out: computing them could prevent fusions. */
function nodeProto(
  node: Node,
  { names, used }: GraphNames,
): MessageInitShape<typeof NodeProtoSchema> {
  const operator = operatorNamed(node.operator)
  const lastUsed = node.outputs.findLastIndex((value) => used.has(value))
  return {
    opType: node.operator,
    domain: operator.domain,
    input: node.inputs.map((value) => (value ? names(value) : '')),
    output: node.outputs.slice(0, Math.max(lastUsed, 0) + 1).map(names),
    attribute: Object.entries(node.attributes).map(([name, value]) =>
      attributeProto(name, value, operator.attributes[name]),
    ),
  }
}

function attributeProto(
  name: string,
  value: AttributeValue,
  type: AttributeType | undefined,
): MessageInitShape<typeof AttributeProtoSchema> {
  switch (type) {
    case 'type':
      return attributeProto(name, ELEMENT_TYPES[value as DataType], 'int')
    case 'int':
      return { name, type: AttributeProto_AttributeType.INT, i: BigInt(value as number) }
    case 'ints':
      return {
        name,
        type: AttributeProto_AttributeType.INTS,
        ints: (value as readonly number[]).map(BigInt),
      }
    case 'float':
      return { name, type: AttributeProto_AttributeType.FLOAT, f: value as number }
    case 'string':
      return {
        name,
        type: AttributeProto_AttributeType.STRING,
        s: new TextEncoder().encode(value as string),
      }
    case undefined:
      throw new GraphError('graph-attribute', `attribute ${name} is not declared`)
    default:
      return type satisfies never
  }
}

function tensorProto(
  initializer: Initializer,
  placement: Placement,
): MessageInitShape<typeof TensorProtoSchema> {
  const { name, type, shape } = initializer.value
  const placed = placement(initializer)
  const head = { name, dims: shape.map((dim) => BigInt(dim)), dataType: ELEMENT_TYPES[type] }
  if (placed instanceof Uint8Array) return { ...head, rawData: placed }
  return {
    ...head,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [
      { key: 'location', value: placed.location },
      { key: 'offset', value: String(placed.offset) },
      { key: 'length', value: String(placed.length) },
    ],
  }
}

function valueProto(
  name: string,
  { type, shape }: TensorType,
): MessageInitShape<typeof ValueInfoProtoSchema> {
  return {
    name,
    type: { value: { case: 'tensorType', value: tensorType(ELEMENT_TYPES[type], shape) } },
  }
}

function tensorType(elemType: TensorProto_DataType, shape: Shape) {
  const dim = shape.map((size) =>
    typeof size === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(size) } }
      : { value: { case: 'dimParam' as const, value: size } },
  )
  return { elemType, shape: { dim } }
}

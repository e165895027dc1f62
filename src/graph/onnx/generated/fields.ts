// Made by scripts/generate-onnx-fields.mjs; do not edit.

/** How a field of a message is written. */
export interface Field {
  readonly name: string
  readonly number: number
  /** A scalar, or the name of a message. */
  readonly type: string
  readonly isList?: boolean
  /** The name of the choice it is one case of. */
  readonly oneof?: string
}

/** The fields of each message, by ascending number. */
export const FIELDS: Readonly<Record<string, readonly Field[]>> = {
  'AttributeProto': [
    { name: 'name', number: 1, type: 'string' },
    { name: 'f', number: 2, type: 'float' },
    { name: 'i', number: 3, type: 'int64' },
    { name: 's', number: 4, type: 'bytes' },
    { name: 't', number: 5, type: 'TensorProto' },
    { name: 'g', number: 6, type: 'GraphProto' },
    { name: 'floats', number: 7, type: 'float', isList: true },
    { name: 'ints', number: 8, type: 'int64', isList: true },
    { name: 'strings', number: 9, type: 'bytes', isList: true },
    { name: 'tensors', number: 10, type: 'TensorProto', isList: true },
    { name: 'graphs', number: 11, type: 'GraphProto', isList: true },
    { name: 'docString', number: 13, type: 'string' },
    { name: 'tp', number: 14, type: 'TypeProto' },
    { name: 'typeProtos', number: 15, type: 'TypeProto', isList: true },
    { name: 'type', number: 20, type: 'int32' },
    { name: 'refAttrName', number: 21, type: 'string' },
  ],
  'GraphProto': [
    { name: 'node', number: 1, type: 'NodeProto', isList: true },
    { name: 'name', number: 2, type: 'string' },
    { name: 'initializer', number: 5, type: 'TensorProto', isList: true },
    { name: 'docString', number: 10, type: 'string' },
    { name: 'input', number: 11, type: 'ValueInfoProto', isList: true },
    { name: 'output', number: 12, type: 'ValueInfoProto', isList: true },
    { name: 'valueInfo', number: 13, type: 'ValueInfoProto', isList: true },
    { name: 'metadataProps', number: 16, type: 'StringStringEntryProto', isList: true },
  ],
  'ModelProto': [
    { name: 'irVersion', number: 1, type: 'int64' },
    { name: 'producerName', number: 2, type: 'string' },
    { name: 'producerVersion', number: 3, type: 'string' },
    { name: 'domain', number: 4, type: 'string' },
    { name: 'modelVersion', number: 5, type: 'int64' },
    { name: 'docString', number: 6, type: 'string' },
    { name: 'graph', number: 7, type: 'GraphProto' },
    { name: 'opsetImport', number: 8, type: 'OperatorSetIdProto', isList: true },
    { name: 'metadataProps', number: 14, type: 'StringStringEntryProto', isList: true },
  ],
  'NodeProto': [
    { name: 'input', number: 1, type: 'string', isList: true },
    { name: 'output', number: 2, type: 'string', isList: true },
    { name: 'name', number: 3, type: 'string' },
    { name: 'opType', number: 4, type: 'string' },
    { name: 'attribute', number: 5, type: 'AttributeProto', isList: true },
    { name: 'docString', number: 6, type: 'string' },
    { name: 'domain', number: 7, type: 'string' },
    { name: 'overload', number: 8, type: 'string' },
    { name: 'metadataProps', number: 9, type: 'StringStringEntryProto', isList: true },
  ],
  'OperatorSetIdProto': [
    { name: 'domain', number: 1, type: 'string' },
    { name: 'version', number: 2, type: 'int64' },
  ],
  'StringStringEntryProto': [
    { name: 'key', number: 1, type: 'string' },
    { name: 'value', number: 2, type: 'string' },
  ],
  'TensorProto': [
    { name: 'dims', number: 1, type: 'int64', isList: true },
    { name: 'dataType', number: 2, type: 'int32' },
    { name: 'stringData', number: 6, type: 'bytes', isList: true },
    { name: 'name', number: 8, type: 'string' },
    { name: 'rawData', number: 9, type: 'bytes' },
    { name: 'docString', number: 12, type: 'string' },
    { name: 'externalData', number: 13, type: 'StringStringEntryProto', isList: true },
    { name: 'dataLocation', number: 14, type: 'int32' },
    { name: 'metadataProps', number: 16, type: 'StringStringEntryProto', isList: true },
  ],
  'TensorShapeProto': [
    { name: 'dim', number: 1, type: 'TensorShapeProto.Dimension', isList: true },
  ],
  'TensorShapeProto.Dimension': [
    { name: 'dimValue', number: 1, type: 'int64', oneof: 'value' },
    { name: 'dimParam', number: 2, type: 'string', oneof: 'value' },
    { name: 'denotation', number: 3, type: 'string' },
  ],
  'TypeProto': [
    { name: 'tensorType', number: 1, type: 'TypeProto.Tensor', oneof: 'value' },
    { name: 'denotation', number: 6, type: 'string' },
  ],
  'TypeProto.Tensor': [
    { name: 'elemType', number: 1, type: 'int32' },
    { name: 'shape', number: 2, type: 'TensorShapeProto' },
  ],
  'ValueInfoProto': [
    { name: 'name', number: 1, type: 'string' },
    { name: 'type', number: 2, type: 'TypeProto' },
    { name: 'docString', number: 3, type: 'string' },
    { name: 'metadataProps', number: 4, type: 'StringStringEntryProto', isList: true },
  ],
}

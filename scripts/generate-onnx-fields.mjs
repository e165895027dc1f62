// The fields of ONNX's messages, out of the specification's own onnx.proto, as a table that is small
// enough for browsers: the library's own descriptions bring all of it along.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileRegistry, fromBinary, ScalarType } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'

/** Messages that graphs are written as. */
const MESSAGES = [
  'AttributeProto',
  'GraphProto',
  'ModelProto',
  'NodeProto',
  'OperatorSetIdProto',
  'StringStringEntryProto',
  'TensorProto',
  'TensorShapeProto',
  'TensorShapeProto.Dimension',
  'TypeProto',
  'TypeProto.Tensor',
  'ValueInfoProto',
]
const TYPES = { [ScalarType.STRING]: 'string', [ScalarType.BYTES]: 'bytes' }
Object.assign(TYPES, { [ScalarType.INT64]: 'int64', [ScalarType.INT32]: 'int32' })
Object.assign(TYPES, { [ScalarType.FLOAT]: 'float' })

function registry() {
  const folder = mkdtempSync(join(tmpdir(), 'yuju-onnx-'))
  const file = join(folder, 'onnx.binpb')
  const built = spawnSync('buf', ['build', 'src/graph/onnx', '-o', file], { stdio: 'inherit' })
  if (built.status !== 0) throw new Error('buf build failed')
  const set = fromBinary(FileDescriptorSetSchema, readFileSync(file))
  rmSync(folder, { recursive: true })
  return createFileRegistry(set)
}

/** Packed fields are left out: graphs hold their numbers as raw bytes. */
function typeOf(field) {
  if (field.packed) return undefined
  if (field.message) {
    const name = field.message.typeName.slice('onnx.'.length)
    return MESSAGES.includes(name) ? name : undefined
  }
  return field.enum ? 'int32' : TYPES[field.scalar]
}

function entriesOf(message) {
  const fields = message.fields.toSorted((a, b) => a.number - b.number)
  return fields.flatMap((field) => {
    const type = typeOf(field)
    if (!type) return []
    const oneof = field.oneof ? `, oneof: '${field.oneof.localName}'` : ''
    const list = field.fieldKind === 'list' ? ', isList: true' : ''
    return `    { name: '${field.localName}', number: ${field.number}, type: '${type}'${list}${oneof} },`
  })
}

const known = registry()
const tables = MESSAGES.map((name) => {
  const message = known.getMessage(`onnx.${name}`)
  return `  '${name}': [\n${entriesOf(message).join('\n')}\n  ],`
})
writeFileSync(
  'src/graph/onnx/generated/fields.ts',
  `// Made by scripts/generate-onnx-fields.mjs; do not edit.

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
${tables.join('\n')}
}
`,
)

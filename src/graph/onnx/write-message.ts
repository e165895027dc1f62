import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { FIELDS, type Field } from './generated/fields.ts'

type Content = Readonly<Record<string, unknown>>

/** A field that is one of several: which, and its value. */
interface Choice {
  readonly case: string
  readonly value: unknown
}

/** Writes a message by its table of fields; what is undefined is left out. */
export function writeMessage(
  name: string,
  message: object,
  writer = new BinaryWriter(),
): BinaryWriter {
  for (const field of FIELDS[name] ?? []) {
    const value = contentOf(message as Content, field)
    if (value === undefined) continue
    for (const one of field.isList ? (value as readonly unknown[]) : [value]) {
      writeField(writer, field, one)
    }
  }
  return writer
}

function contentOf(message: Content, { name, oneof }: Field): unknown {
  if (oneof === undefined) return message[name]
  const choice = message[oneof] as Choice | undefined
  return choice?.case === name ? choice.value : undefined
}

function writeField(writer: BinaryWriter, { number, type }: Field, value: unknown): void {
  switch (type) {
    case 'string':
      writer.tag(number, WireType.LengthDelimited).string(value as string)
      return
    case 'bytes':
      writer.tag(number, WireType.LengthDelimited).bytes(value as Uint8Array)
      return
    case 'int32':
      writer.tag(number, WireType.Varint).int32(value as number)
      return
    case 'int64':
      writer.tag(number, WireType.Varint).int64(value as bigint)
      return
    case 'float':
      writer.tag(number, WireType.Bit32).float(value as number)
      return
    default:
      writeMessage(
        type,
        value as object,
        writer.tag(number, WireType.LengthDelimited).fork(),
      ).join()
  }
}

export interface ZipFileOptions {
  /** Compression method of every entry: 0 is stored. */
  readonly method?: number
  /** Sizes and places stand in zip64 fields, as in files over 4 GB. */
  readonly zip64?: boolean
  readonly comment?: string
}

const UNKNOWN = 0xffffffff

/** A zip file of uncompressed entries, without checksums (PyTorch's reader is not asked). */
export function zipFile(
  contents: Readonly<Record<string, Uint8Array | string>>,
  { method = 0, zip64 = false, comment = '' }: ZipFileOptions = {},
): Buffer<ArrayBuffer> {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let place = 0
  for (const [name, content] of Object.entries(contents)) {
    const entry = { name: Buffer.from(name), method, size: Buffer.byteLength(content), place }
    parts.push(localHeader(entry), entry.name, Buffer.from(content))
    directory.push(directoryRecord(entry, zip64))
    place += 30 + entry.name.length + entry.size
  }
  const records = Buffer.concat(directory)
  const end = endRecords({ place, length: records.length, count: directory.length }, zip64)
  end.writeUInt16LE(comment.length, end.length - 2)
  return Buffer.concat([...parts, records, end, Buffer.from(comment)])
}

interface Entry {
  readonly name: Buffer
  readonly method: number
  readonly size: number
  readonly place: number
}

function localHeader({ name, method, size }: Entry): Buffer {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(method, 8)
  header.writeUInt32LE(size, 18)
  header.writeUInt32LE(size, 22)
  header.writeUInt16LE(name.length, 26)
  return header
}

function directoryRecord({ name, method, size, place }: Entry, zip64: boolean): Buffer {
  const record = Buffer.alloc(46)
  record.writeUInt32LE(0x02014b50, 0)
  record.writeUInt16LE(method, 10)
  record.writeUInt32LE(zip64 ? UNKNOWN : size, 20)
  record.writeUInt32LE(zip64 ? UNKNOWN : size, 24)
  record.writeUInt16LE(name.length, 28)
  record.writeUInt16LE(zip64 ? 28 : 0, 30)
  record.writeUInt32LE(zip64 ? UNKNOWN : place, 42)
  if (!zip64) return Buffer.concat([record, name])
  const field = Buffer.alloc(28)
  field.writeUInt16LE(1, 0)
  field.writeUInt16LE(24, 2)
  for (const [index, value] of [size, size, place].entries()) {
    field.writeBigUInt64LE(BigInt(value), 4 + 8 * index)
  }
  return Buffer.concat([record, name, field])
}

interface Directory {
  readonly place: number
  readonly length: number
  readonly count: number
}

function endRecords({ place, length, count }: Directory, zip64: boolean): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(zip64 ? UNKNOWN : length, 12)
  end.writeUInt32LE(zip64 ? UNKNOWN : place, 16)
  if (!zip64) return end
  const record = Buffer.alloc(56)
  record.writeUInt32LE(0x06064b50, 0)
  record.writeBigUInt64LE(44n, 4)
  record.writeBigUInt64LE(BigInt(count), 24)
  record.writeBigUInt64LE(BigInt(count), 32)
  record.writeBigUInt64LE(BigInt(length), 40)
  record.writeBigUInt64LE(BigInt(place), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(BigInt(place + length), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([record, locator, end])
}

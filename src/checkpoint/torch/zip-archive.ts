import { CheckpointError } from '../../errors/index.ts'
import { requireFewTensors } from '../../model/index.ts'
import type { StoredFile } from '../model-folder.ts'

/**
 * Where the entries of a zip file lie. PyTorch stores them uncompressed, so each is a plain range of
 * the file. Reference: PKWARE's APPNOTE, with the zip64 extension for files over 4 GB.
 */
export interface ZipEntry {
  readonly offset: number
  readonly byteLength: number
}

/** End record, then as much comment as the format allows. */
const LONGEST_END = 22 + 65_535
/** A directory of 20,000 entries, one a tensor, has some two megabytes. */
const LARGEST_DIRECTORY = 8 << 20
/** Bit 0 of an entry's flags. */
const ENCRYPTED = 1

interface Directory {
  readonly offset: number
  readonly length: number
}

/** @throws CheckpointError for a damaged archive or a compressed entry. */
export async function readZipEntries(file: StoredFile): Promise<ReadonlyMap<string, ZipEntry>> {
  const { path, size } = file
  const directory = await findDirectory(file)
  if (directory.length > LARGEST_DIRECTORY || directory.offset + directory.length > size) {
    throw damaged(path, 'its directory does not fit into the file')
  }
  const bytes = await file.read(directory.offset, directory.length)
  const entries = new Map<string, ZipEntry>()
  const view = new DataView(bytes.buffer)
  for (
    let offset = 0;
    offset + 46 <= bytes.length && view.getUint32(offset, true) === 0x02014b50;
  ) {
    const [name, entry, length] = directoryEntry(path, { bytes, view, offset })
    if (entries.has(name)) throw damaged(path, `it holds ${name} twice`)
    entries.set(name, await resolveEntry(file, entry))
    requireFewTensors(path, entries.size)
    offset += length
  }
  return entries
}

async function findDirectory({ path, size, read }: StoredFile): Promise<Directory> {
  const tailLength = Math.min(size, LONGEST_END)
  const tail = await read(size - tailLength, tailLength)
  const view = new DataView(tail.buffer)
  const end = lastEndRecord(view)
  if (end === -1) throw damaged(path, 'its end record is missing')
  const directory = {
    length: view.getUint32(end + 12, true),
    offset: view.getUint32(end + 16, true),
  }
  if (directory.offset !== 0xffffffff && directory.length !== 0xffffffff) return directory
  const locator = end - 20
  if (locator < 0 || view.getUint32(locator, true) !== 0x07064b50) {
    throw damaged(path, 'its zip64 record is missing')
  }
  const record = Number(view.getBigUint64(locator + 8, true))
  if (record + 56 > size) throw damaged(path, 'its zip64 record lies outside the file')
  const zip64 = new DataView((await read(record, 56)).buffer)
  return {
    length: Number(zip64.getBigUint64(40, true)),
    offset: Number(zip64.getBigUint64(48, true)),
  }
}

/** Where the last whole end record begins, or -1. */
function lastEndRecord(tail: DataView): number {
  for (let offset = tail.byteLength - 22; offset >= 0; offset -= 1) {
    if (tail.getUint32(offset, true) === 0x06054b50) return offset
  }
  return -1
}

interface Cursor {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly offset: number
}

interface HeaderRange {
  /** Of the entry's local header. */
  readonly header: number
  readonly byteLength: number
}

/** Name, offset and the length of the directory record itself. */
function directoryEntry(path: string, cursor: Cursor): readonly [string, HeaderRange, number] {
  const { bytes, view, offset } = cursor
  const nameLength = view.getUint16(offset + 28, true)
  const extraLength = view.getUint16(offset + 30, true)
  const length = 46 + nameLength + extraLength + view.getUint16(offset + 32, true)
  if (offset + length > bytes.length) throw damaged(path, 'its directory is truncated')
  const name = new TextDecoder().decode(bytes.subarray(offset + 46, offset + 46 + nameLength))
  if (view.getUint16(offset + 10, true) !== 0) throw damaged(path, `${name} is compressed`)
  if (view.getUint16(offset + 8, true) & ENCRYPTED) throw damaged(path, `${name} is encrypted`)
  const extra = { start: offset + 46 + nameLength, end: offset + 46 + nameLength + extraLength }
  return [name, withZip64(cursor, extra), length]
}

/** Sizes that do not fit into 32 bits stand in an extra field, in a fixed order. */
function withZip64(
  { view, offset }: Cursor,
  extra: { readonly start: number; readonly end: number },
): HeaderRange {
  let byteLength = view.getUint32(offset + 24, true)
  let header = view.getUint32(offset + 42, true)
  for (let field = extra.start; field + 4 <= extra.end; ) {
    const size = view.getUint16(field + 2, true)
    if (view.getUint16(field, true) === 1) {
      let next = field + 4
      const take = () => {
        const value = next + 8 <= extra.end ? Number(view.getBigUint64(next, true)) : Number.NaN
        next += 8
        return value
      }
      if (byteLength === 0xffffffff) byteLength = take()
      // The compressed size, equal to the size, stands between the two.
      if (view.getUint32(offset + 20, true) === 0xffffffff) take()
      if (header === 0xffffffff) header = take()
    }
    field += 4 + size
  }
  return { header, byteLength }
}

async function resolveEntry(
  { path, size, read }: StoredFile,
  { header, byteLength }: HeaderRange,
): Promise<ZipEntry> {
  if (!(header + 30 <= size)) throw damaged(path, 'an entry lies outside the file')
  const local = new DataView((await read(header, 30)).buffer)
  if (local.getUint32(0, true) !== 0x04034b50) throw damaged(path, 'an entry has no header')
  const offset = header + 30 + local.getUint16(26, true) + local.getUint16(28, true)
  if (!(offset + byteLength <= size)) throw damaged(path, 'an entry lies outside the file')
  return { offset, byteLength }
}

function damaged(path: string, what: string): CheckpointError {
  return new CheckpointError(
    'checkpoint-zip',
    `${path} is not a zip file as PyTorch writes them: ${what}; download or save it again`,
    { facts: { path } },
  )
}

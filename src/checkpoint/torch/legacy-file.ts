import { CheckpointError } from '../../errors/index.ts'
import { WEIGHT_BYTES } from '../../model/index.ts'
import type { StoredFile } from '../model-folder.ts'
import { PickleDict, type PickleValue, type StorageReference } from './pickle-values.ts'
import type { TorchState } from './torch-file.ts'
import { Unpickler } from './unpickler.ts'
import type { ZipEntry } from './zip-archive.ts'

/** What torch.save wrote before PyTorch 1.6. Reference: torch.serialization._legacy_save. */

const MAGIC = 0x1950a86a20f9469cfc6cn
const PROTOCOL = 1001
/** How much of the file's beginning may be pickles; names and shapes take far less. */
const LARGEST_HEAD = 16 << 20

/**
 * Five pickles (magic, protocol, system, state, storage keys), then each storage: its number of
 * elements (int64) and their bytes.
 */
export async function readLegacyFile(file: StoredFile): Promise<TorchState> {
  const { path, size } = file
  const head = await file.read(0, Math.min(size, LARGEST_HEAD))
  let position = 0
  const references = new Map<string, StorageReference>()
  const next = (): PickleValue => {
    const pickle = new Unpickler(head, path, position)
    const value = pickle.load()
    position = pickle.position
    for (const reference of pickle.storages) references.set(reference.key, reference)
    return value
  }
  if (next() !== MAGIC || next() !== PROTOCOL) throw notLegacy(path, 'its magic number is missing')
  requireLittleEndian(path, next())
  const state = next()
  const storages = await locateStorages(file, { keys: next(), start: position, references })
  return { file, state, storages }
}

function requireLittleEndian(path: string, system: PickleValue): void {
  const entries = system instanceof PickleDict ? system.entries : new Map()
  if (entries.get('little_endian') !== true)
    throw notLegacy(path, 'its bytes are not little-endian')
}

interface StorageTable {
  readonly keys: PickleValue
  readonly start: number
  readonly references: ReadonlyMap<string, StorageReference>
}

async function locateStorages(
  { path, size, read }: StoredFile,
  { keys, start, references }: StorageTable,
): Promise<ReadonlyMap<string, ZipEntry>> {
  if (!Array.isArray(keys)) throw notLegacy(path, 'the list of its storages is missing')
  const storages = new Map<string, ZipEntry>()
  let offset = start
  for (const key of keys as readonly PickleValue[]) {
    const reference = typeof key === 'string' ? references.get(key) : undefined
    if (!reference) throw notLegacy(path, 'a storage belongs to no tensor')
    if (offset + 8 > size) throw notLegacy(path, 'it ends before its last storage')
    const count = new DataView((await read(offset, 8)).buffer).getBigInt64(0, true)
    const byteLength = Number(count) * elementWidth(reference)
    if (byteLength < 0 || offset + 8 + byteLength > size) {
      throw notLegacy(path, 'it ends before its last storage')
    }
    storages.set(reference.key, { offset: offset + 8, byteLength })
    offset += 8 + byteLength
  }
  return storages
}

/** Storages without a type are counted in bytes. */
function elementWidth({ type }: StorageReference): number {
  return type ? WEIGHT_BYTES[type] : 1
}

function notLegacy(path: string, what: string): CheckpointError {
  return new CheckpointError(
    'checkpoint-torch',
    `${path} is neither a zip file nor an old PyTorch file: ${what}`,
    { facts: { path } },
  )
}

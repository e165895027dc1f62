import { CheckpointError } from '../errors/index.ts'
import { requireFewTensors, WEIGHT_BYTES, type Weight, type WeightMap } from '../model/index.ts'
import { parseJson, z } from '../schema/index.ts'
import { repeatedKey } from './json-keys.ts'
import type { StoredFile } from './model-folder.ts'
import { typeNamed } from './safetensors-types.ts'

/**
 * Reads the header of a safetensors file: 8 bytes of header length, the header in JSON, the data.
 * Reference: the format section of the safetensors repository. No weight is read.
 */

/** A tenth of what the reference takes: models of 24 layers have some 50 kB. */
const LARGEST_HEADER = 10_000_000

const size = z.int().check(z.nonnegative())
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
})
const headerSchema = z.record(z.string(), z.unknown())

interface DataSection {
  readonly path: string
  /** Where the data begin in the file. */
  readonly start: number
  readonly length: number
}

/**
 * @throws CheckpointError for a header or a data section that is not what the format demands.
 */
export async function readSafetensors(file: StoredFile): Promise<WeightMap> {
  const { path, size } = file
  const headerLength = await readHeaderLength(file)
  const header = parseHeader(path, await file.read(8, headerLength))
  const section = { path, start: 8 + headerLength, length: size - 8 - headerLength }
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__')
  requireFewTensors(path, entries.length)
  const weights = entries.map(([name, entry]) => weightOf(name, entry, section))
  requireSeamless(weights, section)
  return new Map(weights.map((weight) => [weight.name, weight]))
}

async function readHeaderLength({ path, size: fileSize, read }: StoredFile): Promise<number> {
  if (fileSize < 8) throw damaged(path, `it has ${fileSize} bytes, too few for a header`)
  const bytes = await read(0, 8)
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
  if (length > LARGEST_HEADER) throw damaged(path, `its header claims ${length} bytes`)
  if (length > fileSize - 8) {
    throw damaged(path, `its header claims ${length} bytes, but only ${fileSize - 8} follow`)
  }
  return length
}

function parseHeader(path: string, bytes: Uint8Array): Record<string, unknown> {
  const { text, header } = parseObject(path, bytes)
  const repeated = repeatedKey(text)
  if (repeated !== undefined) throw damaged(path, `its header names ${repeated} twice`)
  return header
}

function parseObject(path: string, bytes: Uint8Array) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { text, header: headerSchema.parse(parseJson(text)) }
  } catch (cause) {
    throw damaged(path, 'its header is not a JSON object', cause)
  }
}

function weightOf(name: string, entry: unknown, section: DataSection): Weight {
  const { path } = section
  const parsed = entrySchema.safeParse(entry)
  if (!parsed.success) throw damaged(path, `its entry for ${name} is malformed`, parsed.error)
  const { dtype, shape, data_offsets } = parsed.data
  const type = typeNamed(dtype)
  if (!type) throw damaged(path, `${name} has the element type ${dtype}, which is not known`)
  const [begin, end] = data_offsets
  if (begin > end || end > section.length) {
    throw damaged(path, `${name} lies at bytes ${begin} to ${end} of ${section.length}`)
  }
  const expected = shape.reduce((product, dim) => product * dim, WEIGHT_BYTES[type])
  if (expected !== end - begin) {
    const found = `${end - begin} bytes for ${dtype} [${shape.join(',')}]`
    throw damaged(path, `${name} has ${found}, which need ${expected}`)
  }
  const data = { file: path, offset: section.start + begin, byteLength: end - begin }
  return { name, type, shape, data }
}

/** The format allows neither overlaps nor holes, so that no byte can hide anything. */
function requireSeamless(weights: readonly Weight[], { path, start, length }: DataSection): void {
  const ranges = weights
    .flatMap(({ name, data }) => ('file' in data ? [{ name, ...data }] : []))
    .sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength)
  let next = start
  for (const { name, offset, byteLength } of ranges) {
    if (offset < next) throw damaged(path, `${name} overlaps the tensor before it`)
    if (offset > next)
      throw damaged(path, `there is a hole of ${offset - next} bytes before ${name}`)
    next = offset + byteLength
  }
  const rest = start + length - next
  if (rest > 0) throw damaged(path, `${rest} bytes after the last tensor belong to none`)
}

function damaged(path: string, what: string, cause?: unknown): CheckpointError {
  return new CheckpointError(
    'checkpoint-safetensors',
    `${path} is not a whole safetensors file: ${what}; download or save it again`,
    { facts: { path }, cause },
  )
}

import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fromHalves, toHalves } from '../checkpoint/index.ts'
import { InputError } from '../errors/index.ts'
import { outputError, writeFileAtomic } from '../files/index.ts'
import type { Matrix } from '../similarity/index.ts'
import type { Encode } from './evaluate-tasks.ts'
import { TextIndex, textKey } from './text-index.ts'

/** What a cache keeps values as: exactly, or in half the space. */
export type VectorType = 'float32' | 'float16'

const BYTES: Readonly<Record<VectorType, number>> = { float32: 4, float16: 2 }
const EXTENSION = '.vectors'
const MAGIC = 'yujuvec3'
const HEADER_BYTES = 24
const KEY_BYTES = 8
/** Texts whose vectors are kept together: what an interruption loses at most. */
const BLOCK = 2048

/** One file of a cache. */
interface Segment {
  readonly path: string
  /** Where its first row begins. */
  readonly start: number
}

/**
 * Vectors of texts on disk: a folder of files `SHA256.vectors`, each named after its own content, so
 * that a damaged one is noticed and passed over. Files appear whole or not at all, and are never
 * changed; several programs may add to one folder. Memory holds where vectors lie, not the vectors.
 *
 * A file: `yujuvec3`, N, D, bits of a value, 0 (uint32 each), N keys (64 bits of a text's SHA-256),
 * N x D values; little-endian.
 */
export class VectorCache {
  readonly #folder: string
  readonly #type: VectorType
  readonly #index = new TextIndex()
  readonly #segments: Segment[] = []
  /** Of each text: the index of its file, and its row there. */
  readonly #files: number[] = []
  readonly #rows: number[] = []
  #dimensions = 0

  private constructor(folder: string, type: VectorType) {
    this.#folder = folder
    this.#type = type
  }

  /**
   * Finds what there is; makes the folder where there is none.
   * @param folder one for each model and each way of encoding, as vectors differ between them
   * @throws OutputError when the folder cannot be made.
   */
  static async open(
    folder: string,
    { type = 'float32' }: { readonly type?: VectorType } = {},
  ): Promise<VectorCache> {
    const cache = new VectorCache(folder, type)
    await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
      throw outputError(folder, cause)
    })
    const names = (await readdir(folder)).filter((name) => name.endsWith(EXTENSION))
    for (const name of names.sort()) {
      const content = await readFile(join(folder, name))
      if (hashOf(content) + EXTENSION === name) cache.#collect(join(folder, name), content)
    }
    return cache
  }

  /** How many texts are known. */
  get size(): number {
    return this.#index.size
  }

  /** D; 0 while no text is known. */
  get dimensions(): number {
    return this.#dimensions
  }

  /** Whether the vector of a text is known. */
  has(text: string): boolean {
    return this.#index.find(textKey(text)) !== undefined
  }

  /**
   * The vectors [N,D] of texts, in their order.
   * @throws InputError for a text that is not known.
   */
  async vectors(texts: readonly string[]): Promise<Matrix> {
    const dimensions = this.#dimensions
    const data = new Float32Array(texts.length * dimensions)
    const byFile = new Map<number, Wanted[]>()
    for (const [target, text] of texts.entries()) {
      const index = this.#index.find(textKey(text))
      if (index === undefined) throw unknown(text)
      const file = this.#files[index] ?? 0
      const wanted = byFile.get(file) ?? []
      byFile.set(file, wanted)
      wanted.push({ row: this.#rows[index] ?? 0, target })
    }
    for (const [file, wanted] of byFile) await this.#read(file, wanted, data)
    return { data, rows: texts.length, dimensions }
  }

  /**
   * Keeps the vectors of texts, in a file of their own.
   * @throws InputError for vectors of another length than those that are there; OutputError when
   *   they cannot be written.
   */
  async add(texts: readonly string[], vectors: Matrix): Promise<void> {
    const { dimensions } = vectors
    if (this.#dimensions !== 0 && dimensions !== this.#dimensions) {
      throw new InputError(
        'vectors-dimensions',
        `the vectors have ${dimensions} dimensions, and had ${this.#dimensions} before`,
        { facts: { expected: this.#dimensions, found: dimensions } },
      )
    }
    const content = fileOf(texts.map(textKey), vectors, this.#type)
    const path = join(this.#folder, hashOf(content) + EXTENSION)
    await writeFileAtomic(path, content)
    this.#collect(path, content)
  }

  /** Notes which texts lie in a file; files of another kind are passed over. */
  #collect(path: string, content: Buffer): void {
    if (content.toString('latin1', 0, MAGIC.length) !== MAGIC) return
    const [rows, dimensions] = [content.readUInt32LE(8), content.readUInt32LE(12)]
    if (content.readUInt32LE(16) !== 8 * BYTES[this.#type]) return
    const file = this.#segments.push({ path, start: HEADER_BYTES + rows * KEY_BYTES }) - 1
    for (let row = 0; row < rows; row += 1) {
      const key = content.readBigUInt64LE(HEADER_BYTES + row * KEY_BYTES)
      const index = this.#index.add(key)
      this.#files[index] ??= file
      this.#rows[index] ??= row
    }
    this.#dimensions ||= dimensions
  }

  /** Reads rows of a file; those that lie side by side at once. */
  async #read(file: number, wanted: Wanted[], data: Float32Array): Promise<void> {
    const { path, start } = this.#segments[file] as Segment
    const rowBytes = this.#dimensions * BYTES[this.#type]
    const handle = await open(path)
    try {
      for (const run of runsOf(wanted)) {
        const first = run[0]?.row ?? 0
        const last = run.at(-1)?.row ?? 0
        const bytes = await readBytes(
          handle,
          start + first * rowBytes,
          (last - first + 1) * rowBytes,
        )
        const values = valuesOf(bytes, this.#type)
        for (const { row, target } of run) {
          const from = (row - first) * this.#dimensions
          data.set(values.subarray(from, from + this.#dimensions), target * this.#dimensions)
        }
      }
    } finally {
      await handle.close()
    }
  }
}

/** A row of a file, and the row of the result it becomes. */
interface Wanted {
  readonly row: number
  readonly target: number
}

function* runsOf(wanted: Wanted[]): Generator<Wanted[], void, void> {
  wanted.sort((a, b) => a.row - b.row)
  let run: Wanted[] = []
  for (const next of wanted) {
    const { row = next.row } = run.at(-1) ?? {}
    if (next.row > row + 1) {
      yield run
      run = []
    }
    run.push(next)
  }
  if (run.length > 0) yield run
}

async function readBytes(handle: FileHandle, position: number, length: number) {
  const bytes = new Uint8Array(length)
  await handle.read(bytes, 0, length, position)
  return bytes
}

function valuesOf({ buffer }: Uint8Array<ArrayBuffer>, type: VectorType): Float32Array {
  return type === 'float32' ? new Float32Array(buffer) : fromHalves(new Uint16Array(buffer))
}

function fileOf(
  keys: readonly bigint[],
  { data, rows, dimensions }: Matrix,
  type: VectorType,
): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write(MAGIC, 'latin1')
  header.writeUInt32LE(rows, 8)
  header.writeUInt32LE(dimensions, 12)
  header.writeUInt32LE(8 * BYTES[type], 16)
  const values = type === 'float32' ? data : toHalves(Float32Array.from(data))
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  return Buffer.concat([header, new Uint8Array(BigUint64Array.from(keys).buffer), bytes])
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

function unknown(text: string): InputError {
  return new InputError(
    'vectors-unknown',
    `the vector of ${JSON.stringify(text.slice(0, 40))} is not known; add it first`,
    { facts: { text } },
  )
}

/** How to stop the encoding of many texts, and to follow its progress. */
export interface FillOptions {
  readonly signal?: AbortSignal
  /** Gets how many of the texts are done, those that were known among them. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
}

/** Encodes what the cache does not know yet, and keeps it there, a block at a time. */
export async function fillCache(
  cache: VectorCache,
  texts: Iterable<string>,
  encode: (texts: readonly string[], signal?: AbortSignal) => ReturnType<Encode>,
  { signal, onProgress }: FillOptions = {},
): Promise<void> {
  const all = new Set(texts)
  const unknown = [...all].filter((text) => !cache.has(text))
  // Texts of about one length make batches with little padding.
  unknown.sort((a, b) => b.length - a.length)
  const known = all.size - unknown.length
  for (let start = 0; start < unknown.length; start += BLOCK) {
    signal?.throwIfAborted()
    const block = unknown.slice(start, start + BLOCK)
    await cache.add(block, await encode(block, signal))
    onProgress?.({ done: known + start + block.length, total: all.size })
  }
}

/** An encoder whose vectors are kept: it encodes only texts that the cache does not know. */
export function cachedEncode(encode: Encode, cache: VectorCache, options?: FillOptions): Encode {
  return async (texts) => {
    await fillCache(cache, texts, encode, options)
    return cache.vectors(texts)
  }
}

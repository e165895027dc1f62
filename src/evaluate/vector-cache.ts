import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../files/index.ts'
import { type Matrix, rowOf } from '../similarity/index.ts'

/**
 * Vectors of texts on disk: a folder of files `SHA256.vectors`, each named after its own content, so
 * that a damaged one is noticed and passed over. Files appear whole or not at all, and are never
 * changed; several programs may add to one folder.
 *
 * A file: `yujuvec1`, N and D (uint32), N keys (SHA-256 of a text), N x D float32; little-endian.
 */
export class VectorCache {
  readonly #folder: string
  readonly #vectors: Map<string, Float32Array>

  private constructor(folder: string, vectors: Map<string, Float32Array>) {
    this.#folder = folder
    this.#vectors = vectors
  }

  /**
   * Reads what there is; makes the folder where there is none.
   * @param folder one for each model and each way of encoding, as vectors differ between them
   */
  static async open(folder: string): Promise<VectorCache> {
    await mkdir(folder, { recursive: true })
    const vectors = new Map<string, Float32Array>()
    const names = (await readdir(folder)).filter((name) => name.endsWith(EXTENSION))
    for (const name of names.sort()) {
      const content = await readFile(join(folder, name))
      if (hashOf(content, 'hex') + EXTENSION === name) collect(content, vectors)
    }
    return new VectorCache(folder, vectors)
  }

  /** The vector [D] of a text, if it is known. */
  get(text: string): Float32Array | undefined {
    return this.#vectors.get(keyOf(text))
  }

  /**
   * Keeps the vectors of texts, in a file of their own.
   * @throws OutputError when it cannot be written.
   */
  async add(texts: readonly string[], vectors: Matrix): Promise<void> {
    const keys = texts.map(keyOf)
    keys.forEach((key, row) => {
      this.#vectors.set(key, rowOf(vectors, row))
    })
    const content = fileOf(keys, vectors)
    await writeFileAtomic(join(this.#folder, hashOf(content, 'hex') + EXTENSION), content)
  }
}

const EXTENSION = '.vectors'
const MAGIC = 'yujuvec1'
const HEADER_BYTES = 16
const KEY_BYTES = 32

function hashOf(content: Uint8Array | string, encoding: 'hex' | 'binary'): string {
  return createHash('sha256').update(content).digest(encoding)
}

/** A key is kept as a text of 32 characters below 256: half as long as in hex. */
function keyOf(text: string): string {
  return hashOf(text, 'binary')
}

function fileOf(keys: readonly string[], { data, rows, dimensions }: Matrix): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write(MAGIC, 'latin1')
  header.writeUInt32LE(rows, 8)
  header.writeUInt32LE(dimensions, 12)
  const numbers = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  return Buffer.concat([header, Buffer.from(keys.join(''), 'latin1'), numbers])
}

function collect(content: Buffer, vectors: Map<string, Float32Array>): void {
  if (content.toString('latin1', 0, MAGIC.length) !== MAGIC) return
  const [rows, dimensions] = [content.readUInt32LE(8), content.readUInt32LE(12)]
  const start = HEADER_BYTES + rows * KEY_BYTES
  // Typed arrays begin at multiples of their width, which a slice of its own does.
  const numbers = new Float32Array(Uint8Array.prototype.slice.call(content, start).buffer)
  for (let row = 0; row < rows; row += 1) {
    const place = HEADER_BYTES + row * KEY_BYTES
    const key = content.toString('latin1', place, place + KEY_BYTES)
    vectors.set(key, rowOf({ data: numbers, rows, dimensions }, row))
  }
}

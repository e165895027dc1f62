import type { SchemaElement } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { AtomicFile } from './atomic-file.ts'
import { rowsOf, type VectorBlock, type VectorWriter } from './vector-writer.ts'

/** Streams Parquet, a row group each block: `text` string, `embedding` list of numbers. */
export class ParquetVectorWriter implements VectorWriter {
  readonly #file: AtomicFile
  readonly #bytes = new ByteWriter()
  #parquet: ParquetWriter | undefined

  constructor(file: AtomicFile) {
    this.#file = file
  }

  async write(block: VectorBlock, texts: readonly string[]): Promise<void> {
    this.#parquet ??= this.#begin(schemaOf(block.data))
    await this.#parquet.write({
      rowGroupSize: Math.max(1, block.rows),
      columnData: [
        { name: 'text', data: [...texts] },
        // Vectors do not compress, and their statistics say nothing.
        {
          name: 'embedding',
          data: rowsOf(block).map((vector) => Array.from(vector)),
          codec: 'UNCOMPRESSED',
          statistics: false,
        },
      ],
    })
    await this.#flush()
  }

  async finish(): Promise<void> {
    this.#parquet ??= this.#begin(schemaOf(new Float32Array()))
    await this.#parquet.finish()
    await this.#flush()
    await this.#file.commit()
  }

  abort(): Promise<void> {
    return this.#file.abort()
  }

  #begin(schema: SchemaElement[]): ParquetWriter {
    return new ParquetWriter({ writer: this.#bytes, schema, createdBy: 'yuju' })
  }

  /** `offset`, into the file, goes on counting when the buffer begins anew. */
  async #flush(): Promise<void> {
    await this.#file.write(this.#bytes.getBytes())
    this.#bytes.index = 0
  }
}

/** Reference: the LIST layout of three levels in Apache Parquet's LogicalTypes.md. */
function schemaOf(data: VectorBlock['data']): SchemaElement[] {
  return [
    { name: 'root', num_children: 2 },
    { name: 'text', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
    {
      name: 'embedding',
      converted_type: 'LIST',
      logical_type: { type: 'LIST' },
      repetition_type: 'REQUIRED',
      num_children: 1,
    },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'REQUIRED', ...elementType(data) },
  ]
}

function elementType(data: VectorBlock['data']): Pick<SchemaElement, 'type' | 'converted_type'> {
  if (data instanceof Float32Array) return { type: 'FLOAT' }
  return { type: 'INT32', converted_type: data instanceof Int8Array ? 'INT_8' : 'UINT_8' }
}

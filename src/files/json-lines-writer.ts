import type { AtomicFile } from './atomic-file.ts'
import { rowsOf, type VectorBlock, type VectorWriter } from './vector-writer.ts'

/** Streams `{"text": …, "embedding": […]}`, one a line. */
export class JsonLinesWriter implements VectorWriter {
  readonly #file: AtomicFile

  constructor(file: AtomicFile) {
    this.#file = file
  }

  async write(block: VectorBlock, texts: readonly string[]): Promise<void> {
    const lines = rowsOf(block).map((vector, row) => {
      return `${JSON.stringify({ text: texts[row], embedding: shortNumbers(vector) })}\n`
    })
    await this.#file.write(lines.join(''))
  }

  async finish(): Promise<void> {
    await this.#file.commit()
  }

  abort(): Promise<void> {
    return this.#file.abort()
  }
}

/** Nine digits tell every float32 apart from its neighbours; the float64 it is held in shows 17. */
export function shortNumbers(vector: VectorBlock['data']): number[] {
  return Array.from(vector, (value) => Number(value.toPrecision(9)))
}

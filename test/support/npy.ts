import { readFileSync } from 'node:fs'

/** A float32 matrix of a version 1 `.npy` file. */
export interface NpyMatrix {
  readonly data: Float32Array
  readonly rows: number
  readonly columns: number
}

export function readNpy(path: string): NpyMatrix {
  const file = readFileSync(path)
  const headerLength = file.readUInt16LE(8)
  const header = file.toString('latin1', 10, 10 + headerLength)
  const [, rows, columns] = header.match(/'<f4'.*\((\d+), (\d+)\)/) ?? []
  if (rows === undefined) throw new Error(`${path} is no float32 matrix: ${header}`)
  const bytes = Uint8Array.from(file.subarray(10 + headerLength))
  return { data: new Float32Array(bytes.buffer), rows: Number(rows), columns: Number(columns) }
}

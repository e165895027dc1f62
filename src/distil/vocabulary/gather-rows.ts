import { readWeightBytes, type Weight } from '../../checkpoint/index.ts'

/** Rows that are read at once. */
const SLAB = 4096

/** A weight of some rows of another, [kept, …], in the element type it has; in memory. */
export async function gatherRows(weight: Weight, rows: readonly number[]): Promise<Weight> {
  const [all = 0, ...rest] = weight.shape
  const rowBytes = byteLengthOf(weight) / all
  const bytes = new Uint8Array(rows.length * rowBytes)
  let next = 0
  for (let start = 0; start < all && next < rows.length; start += SLAB) {
    const end = Math.min(start + SLAB, all)
    const slab = await readWeightBytes(rangeOf(weight, start * rowBytes, end * rowBytes))
    for (; (rows[next] ?? all) < end; next += 1) {
      const place = ((rows[next] ?? 0) - start) * rowBytes
      bytes.set(slab.subarray(place, place + rowBytes), next * rowBytes)
    }
  }
  return { ...weight, shape: [rows.length, ...rest], data: { bytes } }
}

function byteLengthOf({ data }: Weight): number {
  return 'bytes' in data ? data.bytes.byteLength : data.byteLength
}

function rangeOf(weight: Weight, start: number, end: number): Weight {
  const { data } = weight
  return {
    ...weight,
    data:
      'bytes' in data
        ? { bytes: data.bytes.subarray(start, end) }
        : { ...data, offset: data.offset + start, byteLength: end - start },
  }
}

import { open } from 'node:fs/promises'
import { OutputError } from '../errors/index.ts'
import { WEIGHT_BYTES, type Weight } from '../model/index.ts'
import type { SaveType } from './constants.ts'
import { toHalves } from './float16.ts'
import { readWeight, readWeightBytes } from './read-weight.ts'
import { TYPE_NAMES } from './safetensors-types.ts'

/**
 * Writes a safetensors file, one weight at a time.
 * @param type what the numbers are stored as; default: as each weight is stored already
 * @throws OutputError for a number float16 cannot hold: the model saved would be damaged.
 */
export async function writeSafetensors(
  path: string,
  weights: readonly Weight[],
  type?: SaveType,
): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.appendFile(headerOf(weights, type))
    for (const weight of weights) await file.appendFile(await bytesAs(weight, type))
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Length (8 bytes), then JSON, filled up with spaces so that the data begin at a multiple of 8. */
function headerOf(weights: readonly Weight[], type: SaveType | undefined): Uint8Array {
  let end = 0
  const entries = weights.map(({ name, type: stored, shape }) => {
    const target = type ?? stored
    const begin = end
    end += shape.reduce((product, dim) => product * dim, WEIGHT_BYTES[target])
    return [name, { dtype: TYPE_NAMES[target], shape, data_offsets: [begin, end] }]
  })
  const header = { __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) }
  const json = Buffer.from(JSON.stringify(header))
  const length = Math.ceil(json.length / 8) * 8
  const bytes = Buffer.alloc(8 + length, ' ')
  bytes.writeBigUInt64LE(BigInt(length))
  json.copy(bytes, 8)
  return bytes
}

/** A safetensors file of weights that are few enough to be held in memory. */
export async function safetensorsBytes(weights: readonly Weight[]): Promise<Uint8Array> {
  const parts = await Promise.all(weights.map((weight) => bytesAs(weight, undefined)))
  return Buffer.concat([headerOf(weights, undefined), ...parts])
}

async function bytesAs(weight: Weight, type: SaveType | undefined): Promise<Uint8Array> {
  if (type === undefined || type === weight.type) return readWeightBytes(weight)
  const numbers = await readWeight(weight)
  if (type === 'float32')
    return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
  const halves = toHalves(numbers)
  requireInRange(weight.name, numbers, halves)
  return new Uint8Array(halves.buffer)
}

function requireInRange(name: string, numbers: Float32Array, halves: Uint16Array): void {
  const index = halves.findIndex(
    (half, i) => (half & 0x7fff) === 0x7c00 && Number.isFinite(numbers[i]),
  )
  if (index === -1) return
  throw new OutputError(
    'save-float16-range',
    `weight ${name} is ${numbers[index]} at element ${index}, and float16 ends at 65504; ` +
      'save as float32',
    { facts: { name, index, value: numbers[index] } },
  )
}

import {
  type ModelFolder,
  readSafetensors,
  tooLarge,
  type Weight,
  weightNumbers,
} from '../checkpoint/portable.ts'
import { CheckpointError } from '../errors/index.ts'
import type { ActivationRanges, ColumnRanges } from './activation-ranges.ts'
import type { Precision } from './constants.ts'

/** The file beside a model with the activation ranges of its linear layers; a model that has it runs in 8 bits. */
export const RANGES_FILE = 'activation_ranges.safetensors'

/** Those of 24 layers have less than one megabyte. */
const LARGEST_FILE = 16 << 20

const SIDES = ['smallest', 'largest'] as const

/**
 * The ranges in a model folder, or undefined where there are none.
 * @throws CheckpointError when the file is damaged.
 */
export async function readActivationRanges(
  folder: ModelFolder,
): Promise<ActivationRanges | undefined> {
  const file = await folder.file(RANGES_FILE)
  if (!file) return undefined
  if (file.size > LARGEST_FILE) throw tooLarge(file.path, file.size, LARGEST_FILE)
  const bytes = await file.read(0, file.size)
  const read = async (offset: number, length: number) => bytes.slice(offset, offset + length)
  const stored = await readSafetensors({ ...file, read })
  const ranges = new Map<string, ColumnRanges>()
  for (const name of stored.keys()) {
    const [, prefix] = name.match(/^(.+\.)smallest$/) ?? []
    if (prefix === undefined) continue
    const [smallest, largest] = await Promise.all(
      SIDES.map(async (side) => {
        const weight = stored.get(prefix + side)
        return weight?.type === 'float32' && weight.shape.length === 1
          ? weightNumbers(weight, (_, offset, length) => read(offset, length))
          : undefined
      }),
    )
    if (!smallest || largest?.length !== smallest.length) {
      throw new CheckpointError(
        'checkpoint-ranges',
        `${file.path} has no largest values that fit the smallest of ${prefix}; make it again ` +
          'with yuju quantize',
        { facts: { path: file.path } },
      )
    }
    ranges.set(prefix, { smallest, largest })
  }
  return ranges
}

/** The requested precision; else 8 bits where ranges lie beside the model, else float32. */
export function choosePrecision(
  requested: Precision | undefined,
  ranges: ActivationRanges | undefined,
): Precision {
  return requested ?? (ranges ? 'int8' : 'float32')
}

/** The tensors that `readActivationRanges` reads. */
export function rangeWeights(ranges: ActivationRanges): Weight[] {
  return [...ranges].flatMap(([prefix, columns]) =>
    SIDES.map((side) => ({
      name: prefix + side,
      type: 'float32' as const,
      shape: [columns[side].length],
      data: { bytes: new Uint8Array(columns[side].buffer) },
    })),
  )
}

import { join } from 'node:path'
import { diskFolder, safetensorsBytes } from '../checkpoint/index.ts'
import { writeFileAtomic } from '../files/index.ts'
import type { ActivationRanges } from './activation-ranges.ts'
import { RANGES_FILE, rangeWeights, readActivationRanges } from './ranges-file.ts'

/**
 * Writes ranges beside a model, which is run in 8 bits from then on by default.
 * @returns the file
 * @throws OutputError when it cannot be written.
 */
export async function saveActivationRanges(
  folder: string,
  ranges: ActivationRanges,
): Promise<string> {
  const path = join(folder, RANGES_FILE)
  await writeFileAtomic(path, await safetensorsBytes(rangeWeights(ranges)))
  return path
}

/** The ranges of one folder in another one with the same model, where there are any. */
export async function copyActivationRanges(from: string, to: string): Promise<void> {
  const ranges = await readActivationRanges(diskFolder(from))
  if (ranges) await saveActivationRanges(to, ranges)
}

import type { WeightMap } from '../model/index.ts'
import type { StoredFile } from './model-folder.ts'

/** As `readTorchFile`, whose code is loaded where a folder has such a file: browsers rarely need it. */
export async function readTorchWeights(file: StoredFile): Promise<WeightMap> {
  const { readTorchFile } = await import('./torch/torch-file.ts')
  return readTorchFile(file)
}

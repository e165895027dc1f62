import type { Checkpoint } from './checkpoint.ts'
import { openFolder } from './disk-folder.ts'
import type { ModelFolder } from './model-folder.ts'
import { readCheckpoint } from './read-checkpoint.ts'

/** What bge-m3 makes its other vectors with: one for each token, and the weights of words. */
const OTHER_VECTORS = ['colbert_linear.pt', 'sparse_linear.pt']

/**
 * Reads a model folder on the disk: a sentence-transformers folder of any version, or a plain one of an
 * encoder. Weights stay where they are.
 * @throws CheckpointError naming the file for anything missing, damaged or not supported.
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const folder = await openFolder(path)
  const checkpoint = await readCheckpoint(folder)
  return { ...checkpoint, warnings: [...checkpoint.warnings, ...(await unusedParts(folder))] }
}

async function unusedParts(folder: ModelFolder): Promise<string[]> {
  const found: string[] = []
  for (const name of OTHER_VECTORS) if (await folder.file(name)) found.push(name)
  if (found.length === 0) return []
  const files = found.join(' and ')
  return [`of ${folder.path}, ${files} are not used: the model gives its dense vectors only`]
}

import type { Checkpoint } from './checkpoint.ts'
import { openFolder } from './disk-folder.ts'
import { readCheckpoint } from './read-checkpoint.ts'

/**
 * Reads a model folder on the disk: a sentence-transformers folder of any version, or a plain BERT
 * folder. Weights stay where they are.
 * @throws CheckpointError naming the file for anything missing, damaged or not supported.
 */
export async function loadCheckpoint(folder: string): Promise<Checkpoint> {
  return readCheckpoint(await openFolder(folder))
}

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/** A recipe's model: a folder relative to the recipe, where there is one; else a hub id as it is. */
export function modelPath(model: string, folder: string): string {
  const local = resolve(folder, model)
  return existsSync(local) ? local : model
}

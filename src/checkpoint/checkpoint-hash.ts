import { createHash, type Hash } from 'node:crypto'
import { denseWeights, type Weight } from '../model/index.ts'
import type { Checkpoint } from './checkpoint.ts'
import { readWeightBytes } from './read-weight.ts'

/**
 * SHA-256, in hex, of everything a checkpoint's vectors depend on: configuration, weights, modules,
 * tokenizer, limits and prompts. Where the folder lies and how its weights are split into files does
 * not matter.
 */
export async function checkpointHash(checkpoint: Checkpoint): Promise<string> {
  const { config, modules, tokenizerFiles, maxLength, lowercase } = checkpoint
  const { prompts, defaultPromptName, crossEncoder } = checkpoint
  const hash = createHash('sha256')
  const settings = { config, maxLength, lowercase, prompts, defaultPromptName, crossEncoder }
  hash.update(JSON.stringify([settings, modules.map(withoutWeights), [...tokenizerFiles].sort()]))
  for (const weight of weightsOf(checkpoint)) await updateWeight(hash, weight)
  return hash.digest('hex')
}

function withoutWeights(module: Checkpoint['modules'][number]): object {
  if (module.kind !== 'dense') return module
  const { weight: _, bias: __, norm, ...settings } = module
  return norm ? { ...settings, norm: norm.epsilon } : settings
}

function weightsOf({ weights, modules }: Checkpoint): Weight[] {
  const encoder = [...weights.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  const dense = modules.flatMap((module) =>
    module.kind === 'dense' ? denseWeights(module).map(([, weight]) => weight) : [],
  )
  return [...encoder, ...dense]
}

async function updateWeight(hash: Hash, weight: Weight): Promise<void> {
  const { name, type, shape } = weight
  hash.update(JSON.stringify([name, type, shape]))
  hash.update(await readWeightBytes(weight))
}

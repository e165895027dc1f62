import {
  type DenseSpec,
  denseWeightName,
  type ModuleSpec,
  type Weight,
  type WeightMap,
} from '../model/index.ts'
import type { Checkpoint } from './checkpoint.ts'

/** Every weight of a model, those of its modules too, by a name that is unique in it. */
export function namedWeights({ weights, modules }: Checkpoint): WeightMap {
  return new Map([...weights, ...modules.flatMap(denseEntries)])
}

function denseEntries(module: ModuleSpec, index: number): [string, Weight][] {
  if (module.kind !== 'dense') return []
  const weight: [string, Weight] = [denseWeightName(index, 'weight'), module.weight]
  return module.bias ? [weight, [denseWeightName(index, 'bias'), module.bias]] : [weight]
}

/** The same model with other weights; a name that is missing in `replaced` keeps its own. */
export function withWeights(checkpoint: Checkpoint, replaced: WeightMap): Checkpoint {
  const pick = (name: string, weight: Weight) => replaced.get(name) ?? weight
  const weights = new Map([...checkpoint.weights].map(([name, w]) => [name, pick(name, w)]))
  const dense = (module: DenseSpec, index: number): DenseSpec => ({
    ...module,
    weight: pick(denseWeightName(index, 'weight'), module.weight),
    bias: module.bias && pick(denseWeightName(index, 'bias'), module.bias),
  })
  const modules = checkpoint.modules.map((module, index) =>
    module.kind === 'dense' ? dense(module, index) : module,
  )
  return { ...checkpoint, weights, modules }
}

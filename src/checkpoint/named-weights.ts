import {
  denseWeightName,
  denseWeights,
  type ModuleSpec,
  type Weight,
  type WeightMap,
  withDenseWeights,
} from '../model/index.ts'
import type { Checkpoint } from './checkpoint.ts'

/** Every weight of a model, those of its modules too, by a name that is unique in it. */
export function namedWeights({ weights, modules }: Checkpoint): WeightMap {
  return new Map([...weights, ...modules.flatMap(denseEntries)])
}

function denseEntries(module: ModuleSpec, index: number): [string, Weight][] {
  if (module.kind !== 'dense') return []
  return denseWeights(module).map(([part, weight]) => [denseWeightName(index, part), weight])
}

/** The same model with other weights; a name that is missing in `replaced` keeps its own. */
export function withWeights(checkpoint: Checkpoint, replaced: WeightMap): Checkpoint {
  const pick = (name: string, weight: Weight) => replaced.get(name) ?? weight
  const weights = new Map([...checkpoint.weights].map(([name, w]) => [name, pick(name, w)]))
  const modules = checkpoint.modules.map((module, index) =>
    module.kind === 'dense'
      ? withDenseWeights(module, (part, weight) => pick(denseWeightName(index, part), weight))
      : module,
  )
  return { ...checkpoint, weights, modules }
}

import {
  type Checkpoint,
  type EncoderConfig,
  familyOf,
  type Weight,
} from '../../checkpoint/index.ts'
import { InputError } from '../../errors/index.ts'

/**
 * The same model with only some of its encoder layers, which become layers 0, 1 … of it. Weights are
 * taken over by reference: no byte is read.
 *
 * Source: Sanh et al. 2019 (DistilBERT) take every other layer; sentence-transformers'
 * model_distillation.py names the layers to keep.
 *
 * @param layers which to keep, counted from 0 and in ascending order; or how many, spread as by
 *   `spreadLayers`. Default: a third of them (rounded up), of 12 layers 1, 4, 7, 10.
 * @throws InputError for no layer, a layer that does not exist, one named twice or out of order, or
 *   layers without one that the encoder's family needs.
 */
export function selectLayers(
  checkpoint: Checkpoint,
  layers: number | readonly number[] = Math.ceil(checkpoint.config.layers / 3),
): Checkpoint {
  const { config } = checkpoint
  const kept = typeof layers === 'number' ? spreadLayers(config.layers, layers) : layers
  requireLayers(kept, config)
  const family = familyOf(config)
  const weights = [...checkpoint.weights.values()].flatMap((weight) =>
    renumbered(weight, kept, family.names.layer),
  )
  return {
    ...checkpoint,
    config: family.selectLayers(config, kept),
    weights: new Map(weights.map((weight) => [weight.name, weight])),
  }
}

/**
 * `count` of `all` layers: the middle one of each of `count` equal groups, the earlier of two. Of 12,
 * 4 are 1, 4, 7, 10; all 12 are 0 to 11.
 * @throws InputError when `count` is no whole number from 1 to `all`.
 */
export function spreadLayers(all: number, count: number): number[] {
  if (!Number.isInteger(count) || count < 1 || count > all) {
    throw new InputError(
      'distil-layers',
      `a model of ${all} layers can keep 1 to ${all} of them, but ${count} were requested`,
      { facts: { layers: all, requested: count } },
    )
  }
  return Array.from({ length: count }, (_, group) =>
    Math.floor(((group + 0.5) * all - count / 2) / count),
  )
}

function requireLayers(kept: readonly number[], { layers }: EncoderConfig): void {
  const exists = (layer: number) => Number.isInteger(layer) && layer >= 0 && layer < layers
  const isAscending = kept.every((layer, i) => i === 0 || layer > (kept[i - 1] ?? 0))
  if (kept.length > 0 && kept.every(exists) && isAscending) return
  throw new InputError(
    'distil-layers',
    `layers to keep must be different numbers from 0 to ${layers - 1} in ascending order, but are ` +
      `[${kept.join(', ')}]`,
    { facts: { layers, requested: kept } },
  )
}

/** A weight under the index its layer gets; nothing for a weight of a layer that is removed. */
function renumbered(weight: Weight, kept: readonly number[], prefix: string): Weight[] {
  if (!weight.name.startsWith(prefix)) return [weight]
  const [layer, ...rest] = weight.name.slice(prefix.length).split('.')
  const index = kept.indexOf(Number(layer))
  return index === -1 ? [] : [{ ...weight, name: `${prefix}${index}.${rest.join('.')}` }]
}

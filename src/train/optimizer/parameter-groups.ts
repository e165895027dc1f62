import { InputError } from '../../errors/index.ts'
import type { Kernels } from './kernels.ts'
import type { ParameterMemory, ParameterSlot } from './parameter-memory.ts'
import { RowGradients } from './row-gradients.ts'

/** Parameters that are trained with the same settings. */
export interface ParameterGroup {
  readonly names: readonly string[]
  readonly learningRate: number
  readonly weightDecay: number
}

export interface GroupOptions {
  /** Of the top layer, and of all that is neither a layer nor the embeddings. */
  readonly learningRate: number
  /** Not for biases and normalizations. Default: 0.01. */
  readonly weightDecay?: number
  /** The factor on the learning rate from one layer to the one below it. Default: 1. */
  readonly layerDecay?: number
}

const LAYER = /(?:^|\.)layers?\.(\d+)\./
const EMBEDDINGS = /(?:^|\.)(?:embeddings|embed_tokens)\./
const WITHOUT_DECAY = /bias$|norm/i

/**
 * Sorts parameters into groups by their names, as checkpoints of Hugging Face name them.
 *
 * There is no weight decay where a name ends in `bias` or names a normalization (reference:
 * SentenceTransformer.fit). The learning rate of layer N of L is learningRate · layerDecay^(L-1-N),
 * that of the embeddings learningRate · layerDecay^L (Zhang et al. 2021, "Revisiting few-sample
 * BERT fine-tuning", after Howard and Ruder 2018).
 * @throws InputError for a rate or a decay that is negative or no number.
 */
export function parameterGroups(
  names: readonly string[],
  { learningRate, weightDecay = 0.01, layerDecay = 1 }: GroupOptions,
): readonly ParameterGroup[] {
  requireFactors({ learningRate, weightDecay, layerDecay })
  const layers = names.reduce((count, name) => Math.max(count, (layerOf(name) ?? -1) + 1), 0)
  const groups = new Map<string, { names: string[]; learningRate: number; weightDecay: number }>()
  for (const name of names) {
    const rate = learningRate * layerDecay ** depthOf(name, layers)
    const decay = WITHOUT_DECAY.test(name) ? 0 : weightDecay
    const group = groups.get(`${rate} ${decay}`)
    if (group !== undefined) group.names.push(name)
    else groups.set(`${rate} ${decay}`, { names: [name], learningRate: rate, weightDecay: decay })
  }
  return [...groups.values()]
}

/** Layers between this parameter and the top: 0 for the top layer, L for the embeddings. */
function depthOf(name: string, layers: number): number {
  const layer = layerOf(name)
  if (layer !== undefined) return layers - 1 - layer
  return EMBEDDINGS.test(name) ? layers : 0
}

function layerOf(name: string): number | undefined {
  const layer = LAYER.exec(name)?.[1]
  return layer === undefined ? undefined : Number(layer)
}

function requireFactors(factors: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(factors)) {
    if (Number.isFinite(value) && value >= 0) continue
    throw new InputError('optimizer-option', `${name} must be a number from 0, but is ${value}`, {
      facts: { name, value },
    })
  }
}

/** A parameter that is not frozen, with its settings. */
export interface TrainedParameter {
  readonly slot: ParameterSlot
  readonly group: ParameterGroup
  /** Of a sparse parameter. */
  readonly rows: RowGradients | undefined
}

/** @throws InputError unless every parameter that is not frozen is in one group, exactly once. */
export function trainedParameters(
  memory: ParameterMemory,
  kernels: Kernels,
  groups: readonly ParameterGroup[],
): readonly TrainedParameter[] {
  const trained = groups.flatMap((group) =>
    group.names
      .map((name) => memory.slot(name))
      .filter(({ frozen }) => !frozen)
      .map((slot) => ({
        slot,
        group,
        rows: slot.sparse ? new RowGradients(memory, kernels, slot) : undefined,
      })),
  )
  requireOnce(memory, trained)
  return trained
}

function requireOnce(memory: ParameterMemory, trained: readonly TrainedParameter[]): void {
  for (const { name, frozen } of memory.slots) {
    const times = trained.filter(({ slot }) => slot.name === name).length
    if (frozen || times === 1) continue
    throw new InputError(
      'optimizer-groups',
      `parameter ${name} must be in one group, or be frozen, but is in ${times}`,
      { facts: { name, times } },
    )
  }
}

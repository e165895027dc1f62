import { type Checkpoint, namedWeights } from '../checkpoint/index.ts'
import { InputError } from '../errors/index.ts'
import { physicalCores, placeWeights } from '../runtime/index.ts'
import type { EngineGraph, EngineStart, StepProgram } from './engine/messages.ts'
import type { Loss } from './losses/index.ts'
import { OPTIMIZER_DEFAULTS } from './optimizer-settings.ts'
import type { TrainingSource } from './train-options.ts'
import { cachedTrainingGraphs, type TrainingGraph, trainingGraph } from './training-graph.ts'
import type { SessionOptions } from './training-session.ts'

/** What the engine needs to train a model with these options. */
export function engineStart(
  options: SessionOptions,
  checkpoint: Checkpoint,
  state: string | undefined,
): EngineStart {
  requireFrozenNames(options.freeze ?? [], checkpoint)
  const { sources, accumulate = 1, seed = 0, threads = physicalCores(), backend } = options
  return {
    programs: sources.map((source) => stepProgram(source, options, checkpoint)),
    optimizer: { ...OPTIMIZER_DEFAULTS, ...options.optimizer },
    accumulates: accumulate > 1 || sources.some(({ cachedTexts }) => cachedTexts !== undefined),
    seed,
    threads,
    backend,
    state,
  }
}

function stepProgram(
  source: TrainingSource,
  { freeze = [], dropout }: SessionOptions,
  checkpoint: Checkpoint,
): StepProgram {
  const { dataset, loss, cachedTexts } = source
  requireFit(source, checkpoint)
  const { hiddenDropout, attentionDropout } = checkpoint.config
  const graphOptions = {
    checkpoint,
    loss,
    // A cross-encoder reads the first text with each of the others.
    columns: dataset.columns - (checkpoint.crossEncoder ? 1 : 0),
    dropout: { hidden: hiddenDropout, attention: attentionDropout, ...dropout },
    isTrained: (name: string) => !freeze.some((start) => name.startsWith(start)),
  }
  if (cachedTexts === undefined) {
    return { kind: 'whole', graph: engineGraph(trainingGraph(graphOptions)) }
  }
  const { embed, loss: lossPart, encoder } = cachedTrainingGraphs(graphOptions)
  return {
    kind: 'cached',
    embed: engineGraph(embed),
    loss: engineGraph(lossPart),
    encoder: engineGraph(encoder),
  }
}

function engineGraph({ graph, weights, gradients, dropouts, targets }: TrainingGraph): EngineGraph {
  return { model: placeWeights(graph), weights, gradients, dropouts, targets }
}

function requireFit({ dataset, loss }: TrainingSource, { crossEncoder }: Checkpoint): void {
  requireKind(loss, crossEncoder !== undefined)
  const { min, max } = loss.columns
  if (dataset.columns < min || dataset.columns > max) {
    const expected = min === max ? String(min) : `${min} to ${max}`
    throw new InputError(
      'train-columns',
      `the loss ${loss.name} takes ${expected} texts an example, but ${dataset.name} has ` +
        `${dataset.columns}; use another loss or kind of data set`,
      { facts: { loss: loss.name, dataset: dataset.name } },
    )
  }
}

function requireKind({ name, scoresPairs = false }: Loss, isCrossEncoder: boolean): void {
  if (scoresPairs === isCrossEncoder) return
  throw new InputError(
    'train-kind',
    isCrossEncoder
      ? `the loss ${name} is one of vectors, but the model is a cross-encoder; use binary_cross_entropy or margin_mse`
      : `the loss ${name} is one of a cross-encoder, but the model makes vectors; use another loss, or begin ` +
          'with a cross-encoder',
    { facts: { loss: name } },
  )
}

function requireFrozenNames(freeze: readonly string[], checkpoint: Checkpoint): void {
  const names = [...namedWeights(checkpoint).keys()]
  const unknown = freeze.find((start) => !names.some((name) => name.startsWith(start)))
  if (unknown === undefined) return
  throw new InputError(
    'train-freeze',
    `no weight of the model begins with ${unknown}; names look like ${names[0]} or ${names.at(-1)}`,
    { facts: { freeze: unknown } },
  )
}

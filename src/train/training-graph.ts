import type { Graph, Shape } from '../graph/index.ts'
import { multiply, reduceSum } from '../graph/operations.ts'
import { TRAINING_NAMES } from './engine/messages.ts'
import {
  type DropoutInput,
  type GradientOutput,
  type TargetInput,
  TrainingGraphBuilder,
  type TrainingGraphOptions,
  type WeightInput,
} from './training-graph-builder.ts'

/** A differentiated graph and all that is to be given to it and taken from it. */
export interface TrainingGraph {
  readonly graph: Graph
  readonly weights: readonly WeightInput[]
  readonly gradients: readonly GradientOutput[]
  readonly targets: readonly TargetInput[]
  readonly dropouts: readonly DropoutInput[]
}

/** From tokens and targets to the loss, the embeddings and every gradient, in one graph. */
export function trainingGraph(options: TrainingGraphOptions): TrainingGraph {
  const builder = new TrainingGraphBuilder(options)
  const model = builder.model()
  const loss = builder.loss(model.sentenceVectors, model)
  builder.graph.output(TRAINING_NAMES.embeddings, model.sentenceVectors)
  builder.graph.output(TRAINING_NAMES.loss, loss)
  builder.differentiate(loss)
  return builder
}

/**
 * The same in three graphs, for batches larger than memory holds the states of (gradient caching:
 * Gao et al. 2021, "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup"): all
 * embeddings first, part by part; then the loss on all of them; then, part by part, the gradients of
 * the weights, given the loss's gradient with respect to the part's embeddings.
 */
export interface CachedTrainingGraphs {
  /** Tokens to embeddings, elements dropped as in training. */
  readonly embed: TrainingGraph
  /** Embeddings [B,D] to the loss and its gradient with respect to them. */
  readonly loss: TrainingGraph
  /** Tokens and `upstream` [B,D] to the gradients of the weights. */
  readonly encoder: TrainingGraph
}

export function cachedTrainingGraphs(options: TrainingGraphOptions): CachedTrainingGraphs {
  const embed = new TrainingGraphBuilder(options)
  const { sentenceVectors } = embed.model()
  embed.graph.output(TRAINING_NAMES.embeddings, sentenceVectors)
  return { embed, loss: lossGraph(options, sentenceVectors.shape), encoder: encoderGraph(options) }
}

function lossGraph(options: TrainingGraphOptions, shape: Shape): TrainingGraph {
  const builder = new TrainingGraphBuilder(options)
  const embeddings = builder.graph.input(TRAINING_NAMES.embeddings, 'float32', shape)
  const loss = builder.loss(embeddings, undefined)
  builder.graph.output(TRAINING_NAMES.loss, loss)
  for (const upstream of builder.differentiate(loss, [embeddings])) {
    builder.graph.output(TRAINING_NAMES.upstream, upstream)
  }
  return builder
}

/** Σ E·u has the gradients that the loss has whose gradient with respect to E is u. */
function encoderGraph(options: TrainingGraphOptions): TrainingGraph {
  const builder = new TrainingGraphBuilder(options)
  const { sentenceVectors } = builder.model()
  const upstream = builder.graph.input(TRAINING_NAMES.upstream, 'float32', sentenceVectors.shape)
  const sum = reduceSum(reduceSum(multiply(sentenceVectors, upstream), 1), 0)
  builder.differentiate(sum)
  return builder
}

import type { Checkpoint, DenseSpec, ModuleSpec } from '../checkpoint/index.ts'
import { Graph, type Value } from '../graph/index.ts'
import { divide, linear, maximum, reduceL2 } from '../graph/operations.ts'
import { activate } from './activation.ts'
import type { AttentionKernel } from './attention.ts'
import { bertEncoder } from './bert-encoder.ts'
import { pool } from './pooling.ts'
import { weightValue } from './weight-value.ts'

export interface SentenceGraphOptions {
  readonly attention: AttentionKernel
  /** Whether the graph takes segment numbers; without them every piece is in segment 0. */
  readonly segments: boolean
}

/** Names of the graph's inputs and outputs, as Hugging Face's tools call them. */
export const GRAPH_NAMES = {
  ids: 'input_ids',
  mask: 'attention_mask',
  typeIds: 'token_type_ids',
  /** [B,T] int64, only for models that leave the prompt out of the pooling. */
  poolingMask: 'pooling_mask',
  tokenVectors: 'last_hidden_state',
  sentenceVectors: 'sentence_embedding',
} as const

/** Whether a model leaves the pieces of a prompt out of its pooling. */
export function excludesPrompt({ modules }: Pick<Checkpoint, 'modules'>): boolean {
  return modules.some((module) => module.kind === 'pooling' && !module.includePrompt)
}

/**
 * The whole model of a checkpoint, from piece numbers [B,T] to token vectors [B,T,H] and sentence
 * vectors [B,D].
 */
export function sentenceGraph(checkpoint: Checkpoint, options: SentenceGraphOptions): Graph {
  const graph = new Graph()
  const matrix = (name: string) => graph.input(name, 'int64', ['B', 'T'])
  const inputs = {
    ids: matrix(GRAPH_NAMES.ids),
    mask: matrix(GRAPH_NAMES.mask),
    typeIds: options.segments ? matrix(GRAPH_NAMES.typeIds) : undefined,
  }
  const poolingMask = excludesPrompt(checkpoint) ? matrix(GRAPH_NAMES.poolingMask) : inputs.mask
  const tokens = bertEncoder(inputs, checkpoint, options)
  graph.output(GRAPH_NAMES.tokenVectors, tokens)
  graph.output(GRAPH_NAMES.sentenceVectors, applyModules(tokens, poolingMask, checkpoint.modules))
  return graph
}

function applyModules(tokens: Value, mask: Value, modules: readonly ModuleSpec[]): Value {
  return modules.reduce((x, module) => {
    switch (module.kind) {
      case 'pooling':
        return pool(x, mask, module.modes)
      case 'dense':
        return denseLayer(x, module)
      case 'normalize':
        return normalize(x)
      default:
        return module satisfies never
    }
  }, tokens)
}

/** activation(x·Wᵀ + b): [B,I] to [B,O]. Reference: sentence-transformers' Dense. */
function denseLayer(x: Value, { weight, bias, activation }: DenseSpec): Value {
  const { graph } = x
  const offset = bias ? weightValue(graph, bias) : undefined
  return activate(linear(x, weightValue(graph, weight), offset), activation)
}

/** x / max(‖x‖₂, 1e-12), row by row. Reference: torch.nn.functional.normalize. */
function normalize(x: Value): Value {
  return divide(x, maximum(reduceL2(x, 1, { keep: true }), 1e-12))
}

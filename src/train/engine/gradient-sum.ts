import type { AdamW, DropoutMasks, ParameterMemory } from '../optimizer/index.ts'
import type { GraphEnvironment, GraphRunner } from './graph-runner.ts'
import type { NamedTensors } from './messages.ts'

/** What the elements dropped in one run of a graph depend on, beside the seed and which dropout of the model it is. */
export interface DropoutKey {
  readonly step: number
  /** Index of the batch in its step. */
  readonly batch: number
  /** Index of the part of a cached batch. */
  readonly part: number
}

export interface GradientSumParts {
  readonly memory: ParameterMemory
  readonly optimizer: AdamW
  readonly masks: DropoutMasks
}

/** Runs graphs, and sums up their gradients until the optimizer's next step. */
export class GradientSum {
  readonly #parts: GradientSumParts
  readonly #denseNames: readonly string[]

  constructor(parts: GradientSumParts) {
    this.#parts = parts
    this.#denseNames = parts.memory.slots
      .filter(({ frozen, sparse }) => !frozen && !sparse)
      .map(({ name }) => name)
  }

  /** Runs a graph, adds its gradients to the sum and gives the outputs asked for. */
  async run(
    graph: GraphRunner,
    { inputs, outputs }: { readonly inputs: NamedTensors; readonly outputs: readonly string[] },
    key: DropoutKey,
  ): Promise<NamedTensors> {
    const { memory, optimizer } = this.#parts
    const results = await graph.run(inputs, outputs, this.#environment(key))
    if (!graph.hasGradients) return results
    for (const name of this.#denseNames) {
      // What this graph does not depend on has a gradient of zero.
      if (!graph.gradients.has(name)) memory.view(name, 'gradient').fill(0)
    }
    if (memory.accumulation) optimizer.accumulate()
    return results
  }

  #environment({ step, batch, part }: DropoutKey): GraphEnvironment {
    const { memory, optimizer, masks } = this.#parts
    return {
      weight: (name) => memory.view(name, 'parameter'),
      gradient: (name) => memory.view(name, 'gradient'),
      takeRows: (name, rows, values) => optimizer.addRows(name, rows, values),
      mask: (dropout, probability, length) => {
        const mask = new Uint8Array(length)
        const site = (batch * MOST_PARTS + part) * MOST_DROPOUTS + dropout
        masks.fill(mask, { step, site, probability })
        return mask
      },
    }
  }
}

/** Batches, parts and dropouts of the model share 32 bits: 1,024 batches of 4,096 parts. */
const MOST_DROPOUTS = 2 ** 10
const MOST_PARTS = 2 ** 12

import type { Graph, Shape } from '../graph/index.ts'
import { cast, multiply } from '../graph/operations.ts'
import type { Dropout, DropoutKind } from '../model/index.ts'

/** The share of elements that training drops; 0 drops none. */
export type DropoutRates = Readonly<Record<DropoutKind, number>>

/** A mask given with every batch: uint8, 1 for an element that is kept and 0 for one dropped. */
export interface DropoutInput {
  readonly name: string
  readonly shape: Shape
  readonly rate: number
}

/**
 * Inverted dropout, x·mask/(1 - rate) (Srivastava et al. 2014), with masks as inputs: what is dropped
 * then depends on the seed and the step alone, and a run that is resumed drops the same.
 * @param inputs is added the masks the graph asks for
 */
export function dropoutInputs(graph: Graph, rates: DropoutRates, inputs: DropoutInput[]): Dropout {
  return (x, kind) => {
    const rate = rates[kind]
    if (rate === 0) return x
    const name = `dropout.${inputs.length}`
    inputs.push({ name, shape: x.shape, rate })
    const mask = graph.input(name, 'uint8', x.shape)
    return multiply(x, multiply(cast(mask, 'float32'), 1 / (1 - rate)))
  }
}

import {
  type Checkpoint,
  namedWeights,
  readWeight,
  type Weight,
  type WeightMap,
} from '../../checkpoint/index.ts'
import { given } from '../../options/index.ts'
import { Random } from '../data/index.ts'
import { AdamW, ParameterMemory, parameterGroups } from '../optimizer/index.ts'
import type { OptimizerOptions } from '../optimizer-settings.ts'
import type { WeightInput } from '../training-graph-builder.ts'
import type { EngineGraph, EngineStart, StepProgram } from './messages.ts'

/** Reserves memory for every weight of every program and fills in what is stored. */
export async function createMemory(start: EngineStart): Promise<ParameterMemory> {
  const graphs = start.programs.flatMap(graphsOf)
  const weights = new Map(graphs.flatMap((graph) => graph.weights).map((w) => [w.name, w]))
  const gradients = new Map(graphs.flatMap((graph) => graph.gradients).map((g) => [g.name, g]))
  const specs = [...weights.values()].map(({ name, shape }) => {
    const gradient = gradients.get(name)
    // What no loss depends on, such as layers above the one compared, stays as it is.
    return { name, shape, frozen: !gradient, sparse: gradient?.sparse ?? false }
  })
  const memory = new ParameterMemory(specs, {
    accumulation: start.accumulates,
    average: start.optimizer.averageDecay !== undefined,
  })
  for (const [index, weight] of [...weights.values()].entries()) {
    const numbers = await initialNumbers(weight, Random.of(start.seed, INITIAL, index))
    memory.view(weight.name, 'parameter').set(numbers)
  }
  return memory
}

/** Tells the random numbers of initial weights from others. */
const INITIAL = 4

function graphsOf(program: StepProgram): readonly EngineGraph[] {
  return program.kind === 'whole' ? [program.graph] : [program.embed, program.loss, program.encoder]
}

/** As stored; else normal with deviation 1/√(fan in), by the sum of twelve uniform numbers. */
async function initialNumbers(
  { shape, stored }: WeightInput,
  random: Random,
): Promise<Float32Array> {
  if (stored) return readWeight(stored)
  const length = shape.reduce((product, dim) => product * dim, 1)
  const deviation = 1 / Math.sqrt(shape.at(-1) ?? 1)
  const normal = () => {
    let sum = -6
    for (let i = 0; i < 12; i += 1) sum += random.fraction()
    return sum * deviation
  }
  return Float32Array.from({ length }, normal)
}

export function createOptimizer(memory: ParameterMemory, options: OptimizerOptions): AdamW {
  const trained = memory.slots.filter(({ frozen }) => !frozen).map(({ name }) => name)
  const { betas, epsilon, clipNorm, averageDecay } = options
  return new AdamW(memory, parameterGroups(trained, options), {
    betas,
    eps: epsilon,
    ...given({ maxGradientNorm: clipNorm, averageDecay }),
  })
}

/** The weights that training may have changed, as views. */
export function trainedWeights(
  checkpoint: Checkpoint,
  memory: ParameterMemory,
  part: 'parameter' | 'average',
): WeightMap {
  const stored = namedWeights(checkpoint)
  const trained = new Map<string, Weight>()
  for (const { name, frozen } of memory.slots) {
    const weight = stored.get(name)
    if (!weight || frozen) continue
    const { buffer, byteOffset, byteLength } = memory.view(name, part)
    const bytes = new Uint8Array(buffer, byteOffset, byteLength)
    trained.set(name, { ...weight, type: 'float32', data: { bytes } })
  }
  return trained
}

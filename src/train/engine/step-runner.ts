import { saveCheckpoint, withWeights } from '../../checkpoint/index.ts'
import type { Tensor } from '../../runtime/index.ts'
import { embeddingSpread } from '../guards.ts'
import { type AdamW, DropoutMasks, type ParameterMemory } from '../optimizer/index.ts'
import { type DropoutKey, GradientSum, type GradientSumParts } from './gradient-sum.ts'
import { type GraphRunner, openProgram, type Program } from './graph-runner.ts'
import {
  type BatchInputs,
  type EngineStart,
  type NamedTensors,
  type SaveModelRequest,
  type StepRequest,
  type StepResult,
  TRAINING_NAMES,
} from './messages.ts'
import { createMemory, createOptimizer, trainedWeights } from './parameters.ts'
import { restoreState, saveState } from './saved-state.ts'

interface BatchResult {
  readonly loss: number
  /** [R,D] */
  readonly embeddings: Tensor
}

/** Computes steps: the gradients of every batch, then the optimizer. */
export class StepRunner {
  readonly #memory: ParameterMemory
  readonly #optimizer: AdamW
  readonly #sum: GradientSum
  readonly #programs: readonly Program[]

  private constructor(parts: GradientSumParts, programs: readonly Program[]) {
    this.#memory = parts.memory
    this.#optimizer = parts.optimizer
    this.#sum = new GradientSum(parts)
    this.#programs = programs
  }

  static async create(start: EngineStart): Promise<StepRunner> {
    const memory = await createMemory(start)
    const optimizer = createOptimizer(memory, start.optimizer)
    if (start.state !== undefined) await restoreState(start.state, memory, optimizer)
    const programs: Program[] = []
    for (const program of start.programs) programs.push(await openProgram(program, start))
    return new StepRunner({ memory, optimizer, masks: new DropoutMasks(start.seed) }, programs)
  }

  /** What a user should know of the runtime, which is the same for all programs. */
  get warnings(): readonly string[] {
    const [program] = this.#programs
    if (!program) return []
    return program.kind === 'whole' ? program.graph.warnings : program.encoder.warnings
  }

  async step({ step, batches, rateFactor }: StepRequest): Promise<StepResult> {
    const results: BatchResult[] = []
    for (const [batch, inputs] of batches.entries()) {
      results.push(await this.#batch(inputs, { step, batch, part: 0 }))
    }
    const { gradientNorm } = this.#optimizer.step(rateFactor, batches.length)
    return {
      loss: mean(results.map(({ loss }) => loss)),
      gradientNorm,
      spread: mean(results.map(({ embeddings }) => spreadOf(embeddings))),
    }
  }

  /** Writes all that the next step depends on. */
  saveState(path: string): Promise<void> {
    return saveState(path, this.#memory, this.#optimizer)
  }

  async saveModel({ folder, checkpoint, type }: SaveModelRequest): Promise<void> {
    const isAveraged = this.#memory.average && this.#optimizer.state().step > 0
    const part = isAveraged ? 'average' : 'parameter'
    const trained = withWeights(checkpoint, trainedWeights(checkpoint, this.#memory, part))
    await saveCheckpoint(folder, trained, { type, overwrite: true })
  }

  #batch(batch: BatchInputs, key: DropoutKey): Promise<BatchResult> {
    const sum = this.#sum
    const program = this.#programs[batch.program]
    if (!program) throw new RangeError(`there is no program ${batch.program}`)
    const { texts, loss } = batch
    return program.kind === 'whole'
      ? wholeBatch(program.graph, { inputs: { ...texts[0], ...loss }, sum, key })
      : cachedBatch(program, batch, { sum, key })
  }
}

/** Where gradients are added, and what dropped elements follow from. */
interface GradientTarget {
  readonly sum: GradientSum
  readonly key: DropoutKey
}

async function wholeBatch(
  graph: GraphRunner,
  { inputs, sum, key }: GradientTarget & { readonly inputs: NamedTensors },
): Promise<BatchResult> {
  const outputs = [TRAINING_NAMES.loss, TRAINING_NAMES.embeddings]
  const results = await sum.run(graph, { inputs, outputs }, key)
  return batchResult(results, results)
}

/** Gradient caching (Gao et al. 2021): see `cachedTrainingGraphs`. */
async function cachedBatch(
  { embed, loss, encoder }: Program & { readonly kind: 'cached' },
  batch: BatchInputs,
  { sum, key }: GradientTarget,
): Promise<BatchResult> {
  const parts: Tensor[] = []
  for (const [part, inputs] of batch.texts.entries()) {
    const outputs = [TRAINING_NAMES.embeddings]
    const { embeddings } = await sum.run(embed, { inputs, outputs }, { ...key, part })
    if (embeddings) parts.push(embeddings)
  }
  const embeddings = stack(parts)
  const inputs = { ...batch.loss, embeddings }
  const outputs = [TRAINING_NAMES.loss, TRAINING_NAMES.upstream]
  const { [TRAINING_NAMES.upstream]: upstream, ...results } = await sum.run(
    loss,
    { inputs, outputs },
    key,
  )
  let start = 0
  for (const [part, texts] of batch.texts.entries()) {
    const rows = parts[part]?.dims[0] ?? 0
    const given = upstream ? { ...texts, upstream: rowsOf(upstream, start, rows) } : texts
    await sum.run(encoder, { inputs: given, outputs: [] }, { ...key, part })
    start += rows
  }
  return batchResult(results, { embeddings })
}

function batchResult(results: NamedTensors, { embeddings }: NamedTensors): BatchResult {
  const loss = Number(results[TRAINING_NAMES.loss]?.data[0])
  if (!embeddings) throw new RangeError('the graph gave no embeddings')
  return { loss, embeddings }
}

/** Parts [Rᵢ,D] below each other. */
function stack(parts: readonly Tensor[]): Tensor {
  const rows = parts.reduce((sum, { dims }) => sum + (dims[0] ?? 0), 0)
  const dimensions = parts[0]?.dims[1] ?? 0
  const data = new Float32Array(rows * dimensions)
  let at = 0
  for (const part of parts) {
    data.set(part.data as Float32Array, at)
    at += part.data.length
  }
  return { type: 'float32', dims: [rows, dimensions], data }
}

function rowsOf({ data, dims }: Tensor, start: number, rows: number): Tensor {
  const dimensions = dims[1] ?? 0
  const part = (data as Float32Array).subarray(start * dimensions, (start + rows) * dimensions)
  return { type: 'float32', dims: [rows, dimensions], data: part }
}

function spreadOf({ data, dims }: Tensor): number {
  return embeddingSpread(data as Float32Array, dims[0] ?? 0)
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length
}

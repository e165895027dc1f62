import { join } from 'node:path'
import { type Checkpoint, loadCheckpoint } from '../../src/checkpoint/index.ts'
import { selectLayers } from '../../src/distil/index.ts'
import type { LocalSession, Tensor } from '../../src/runtime/index.ts'
import { TRAINING_NAMES } from '../../src/train/engine/messages.ts'
import { mse } from '../../src/train/losses/index.ts'
import { AdamW, ParameterMemory, parameterGroups } from '../../src/train/optimizer/index.ts'
import type { TrainingGraph } from '../../src/train/training-graph.ts'
import { FIXTURES, readJson } from './shared.ts'
import {
  batchGraph,
  batchInputs,
  float32Of,
  int64Of,
  type LossBatch,
  openGraph,
  storedWeights,
} from './weight-gradients.ts'

/** Five steps that distil tiny-bert-zh into some of its layers; by the script in ../shared/fixtures. */
interface GoldenSteps {
  readonly texts: readonly string[]
  readonly layers: readonly number[]
  readonly weight_decay: number
  readonly eps: number
  readonly clip: number
  readonly steps: readonly {
    readonly loss: number
    /** Of all gradients together, before clipping. */
    readonly grad_norm: number
    readonly lr: number
  }[]
  /** What the student makes of the first texts afterwards. */
  readonly embedding_after: readonly (readonly number[])[]
}

const GOLDEN = readJson<GoldenSteps>(join(FIXTURES, 'losses/model-distil.json'))

export interface DistilParity {
  /** The largest relative difference of a step's loss. */
  readonly loss: number
  /** The same of the norm of all gradients. */
  readonly norm: number
  /** The largest absolute difference of an embedding after the last step. */
  readonly embedding: number
}

/** How far the five steps, model, loss, gradients and optimizer, lie from PyTorch's. */
export async function distilParity(): Promise<DistilParity> {
  const teacher = await loadCheckpoint(join(FIXTURES, 'models/tiny-bert-zh'))
  const examples = GOLDEN.texts.map((text) => ({ texts: [text], label: undefined }))
  const blank = examples.map(() => Array<number>(teacher.config.hiddenSize).fill(0))
  const vectors = await embeddings(teacher, { loss: mse(), examples, teacher: blank })
  const student = await Student.open(selectLayers(teacher, GOLDEN.layers), {
    loss: mse(),
    examples,
    teacher: vectors,
  })
  const differences = []
  for (const { loss, grad_norm: norm, lr } of GOLDEN.steps) {
    const step = await student.step(lr)
    differences.push({ loss: relative(step.loss, loss), norm: relative(step.norm, norm) })
  }
  const after = await student.embeddings()
  await student.dispose()
  return {
    loss: Math.max(...differences.map(({ loss }) => loss)),
    norm: Math.max(...differences.map(({ norm }) => norm)),
    embedding: Math.max(
      ...GOLDEN.embedding_after.flat().map((x, i) => Math.abs(x - (after[i] ?? Number.NaN))),
    ),
  }
}

/** What a model makes of a batch's texts: rows of its embeddings. */
async function embeddings(checkpoint: Checkpoint, batch: LossBatch): Promise<number[][]> {
  const training = batchGraph(checkpoint, batch)
  const session = await openGraph(training)
  const inputs = { ...(await storedWeights(training)), ...batchInputs(checkpoint, batch) }
  const results = await session.run(inputs, [TRAINING_NAMES.embeddings])
  await session.dispose()
  const data = Array.from(float32Of(results[TRAINING_NAMES.embeddings]))
  const { hiddenSize } = checkpoint.config
  return batch.examples.map((_, row) => data.slice(row * hiddenSize, (row + 1) * hiddenSize))
}

/** A model whose weights lie in the optimizer's memory, trained on one batch again and again. */
class Student {
  readonly #training: TrainingGraph
  readonly #session: LocalSession
  readonly #memory: ParameterMemory
  readonly #optimizer: AdamW
  readonly #inputs: Record<string, Tensor>

  private constructor(
    training: TrainingGraph,
    session: LocalSession,
    inputs: Record<string, Tensor>,
  ) {
    this.#training = training
    this.#session = session
    this.#inputs = inputs
    const { gradients } = training
    this.#memory = new ParameterMemory(gradients)
    const names = gradients.map(({ name }) => name)
    const groups = parameterGroups(names, { learningRate: 1, weightDecay: GOLDEN.weight_decay })
    const options = { eps: GOLDEN.eps, maxGradientNorm: GOLDEN.clip }
    this.#optimizer = new AdamW(this.#memory, groups, options)
  }

  static async open(checkpoint: Checkpoint, batch: LossBatch): Promise<Student> {
    const training = batchGraph(checkpoint, batch)
    const inputs = batchInputs(checkpoint, batch)
    const student = new Student(training, await openGraph(training), inputs)
    for (const [name, tensor] of Object.entries(await storedWeights(training))) {
      student.#memory.view(name, 'parameter').set(float32Of(tensor))
    }
    return student
  }

  /** One step with this learning rate; gives loss and norm before it. */
  async step(learningRate: number): Promise<{ readonly loss: number; readonly norm: number }> {
    const results = await this.#run([...this.#training.graph.outputs.keys()])
    for (const { name, sparse } of this.#training.gradients) {
      const gradient = float32Of(results[TRAINING_NAMES.gradient(name)])
      if (sparse) {
        const rows = int64Of(results[TRAINING_NAMES.gradientRows(name)])
        this.#optimizer.addRows(name, rows, gradient)
      } else this.#memory.view(name, 'gradient').set(gradient)
    }
    const { gradientNorm } = this.#optimizer.step(learningRate)
    return { loss: Number(results[TRAINING_NAMES.loss]?.data[0]), norm: gradientNorm }
  }

  async embeddings(): Promise<Float32Array> {
    const results = await this.#run([TRAINING_NAMES.embeddings])
    return float32Of(results[TRAINING_NAMES.embeddings])
  }

  dispose(): Promise<void> {
    return this.#session.dispose()
  }

  #run(outputs: readonly string[]): Promise<Record<string, Tensor>> {
    const weights = this.#training.weights.map(({ name, shape }) => {
      const data = this.#memory.view(name, 'parameter')
      return [name, { type: 'float32', dims: shape, data }] as const
    })
    return this.#session.run({ ...this.#inputs, ...Object.fromEntries(weights) }, outputs)
  }
}

const relative = (actual: number, expected: number) => Math.abs(actual - expected) / expected

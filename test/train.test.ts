import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadCheckpoint, SentenceEncoder } from 'yuju'
import {
  averageModels,
  cosent,
  cosineSimilarity,
  datasetOf,
  type Example,
  type Loss,
  matryoshka,
  mse,
  multipleNegatives,
  type SessionOptions,
  TrainingSession,
  type TrainingSource,
  train,
  weightedSum,
} from 'yuju/train'
import { readWeight } from '../src/checkpoint/index.ts'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES } from './support/shared.ts'

const MODEL = join(FIXTURES, 'variants/relu')
const TEXTS = ['今天天气', '花呗还款', '出去走走', '真不错', '怎么还', '合适。', '气', 'a天b']
const EXAMPLES = TEXTS.map((text, i) => {
  return { texts: [text, TEXTS[(i * 3 + 1) % TEXTS.length] ?? ''], label: i / 8 }
})
const scored = datasetOf({
  name: 'scored',
  kind: 'scored-pairs',
  rows: EXAMPLES.map(({ texts, label }) => [...texts, label]),
})
const NO_DROPOUT = { hidden: 0, attention: 0 }
const base = {
  model: MODEL,
  sources: [{ dataset: scored, loss: cosent(), batchSize: 8 }],
  dropout: NO_DROPOUT,
  seed: 3,
} satisfies SessionOptions

/** The model's vectors after some steps on all examples at once. */
async function vectorsAfter(
  changes: Partial<SessionOptions>,
  batches = [EXAMPLES],
  steps = 3,
): Promise<Float32Array> {
  const folder = join(temporaryFolder(), 'model')
  await using session = await TrainingSession.open({ ...base, ...changes })
  for (let step = 0; step < steps; step += 1) {
    const parts = batches.map((examples) => ({ source: 0, examples }))
    await session.step(await session.prepare(parts), step)
  }
  await session.saveModel(folder)
  await using encoder = await SentenceEncoder.load(folder)
  return (await encoder.encode(TEXTS)).data
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length)
  return a.reduce((worst, x, i) => Math.max(worst, Math.abs(x - (b[i] ?? Number.NaN))), 0)
}

const RATE = { learningRate: 1e-3 }

describe('steps', () => {
  test('the loss falls', async () => {
    await using session = await TrainingSession.open({ ...base, optimizer: { learningRate: 1e-2 } })
    const losses = []
    for (let step = 0; step < 20; step += 1) {
      const batch = await session.prepare([{ source: 0, examples: EXAMPLES }])
      losses.push((await session.step(batch, step)).loss)
    }
    expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] ?? 0))
  })

  test('two halves accumulated are the whole, for a loss that is a mean', async () => {
    const sources = [{ dataset: scored, loss: cosineSimilarity(), batchSize: 8 }]
    const options = { sources, accumulate: 2, optimizer: RATE }
    const whole = await vectorsAfter(options)
    const halves = await vectorsAfter(options, [EXAMPLES.slice(0, 4), EXAMPLES.slice(4)])
    expect(largestDifference(whole, halves)).toBeLessThan(1e-5)
  })

  test('a cached batch is the whole batch', async () => {
    const source = { dataset: scored, loss: multipleNegatives(), batchSize: 8 }
    const whole = await vectorsAfter({ sources: [source], optimizer: RATE })
    const cached = await vectorsAfter({
      sources: [{ ...source, cachedTexts: 3 }],
      optimizer: RATE,
    })
    expect(largestDifference(whole, cached)).toBeLessThan(1e-5)
  })

  test('frozen weights stay, others change', async () => {
    const folder = join(temporaryFolder(), 'model')
    await using session = await TrainingSession.open({ ...base, freeze: ['embeddings.'] })
    await session.step(await session.prepare([{ source: 0, examples: EXAMPLES }]), 0)
    await session.saveModel(folder)
    const { loadCheckpoint } = await import('yuju')
    const bytesOf = async (model: string, name: string) => {
      const weight = (await loadCheckpoint(model)).weights.get(name)
      if (!weight || !('file' in weight.data)) throw new Error(`${name} is missing`)
      const { file, offset, byteLength } = weight.data
      return readFileSync(file).subarray(offset, offset + byteLength)
    }
    const table = 'embeddings.word_embeddings.weight'
    expect((await bytesOf(folder, table)).equals(await bytesOf(MODEL, table))).toBe(true)
    const inner = 'encoder.layer.0.intermediate.dense.weight'
    expect((await bytesOf(folder, inner)).equals(await bytesOf(MODEL, inner))).toBe(false)
  })

  test('a moving average lags behind', async () => {
    const start = await vectorsAfter({}, [EXAMPLES], 0)
    const plain = await vectorsAfter({ optimizer: { learningRate: 1e-2 } })
    const average = await vectorsAfter({ optimizer: { learningRate: 1e-2, averageDecay: 0.9 } })
    const moved = largestDifference(start, average)
    expect(moved).toBeGreaterThan(0)
    expect(moved).toBeLessThan(largestDifference(start, plain))
  })
})

describe('evaluations', () => {
  /** A run of 8 steps that is evaluated after every second one, with these scores. */
  async function evaluated(scores: readonly number[], patience?: number) {
    const output = join(temporaryFolder(), 'model')
    let next = 0
    const report = await train({
      ...base,
      output,
      steps: 8,
      evaluation: {
        every: 2,
        metric: 'score',
        score: async (encoder) => {
          expect(encoder.dimensions).toBe(16)
          next += 1
          return { score: scores[next - 1] ?? 0 }
        },
        ...(patience === undefined ? {} : { patience }),
      },
    })
    expect(existsSync(join(output, 'training/loss.svg'))).toBe(true)
    return report
  }

  test('the best model is kept', async () => {
    const report = await evaluated([1, 3, 2, 2.5])
    expect(report).toMatchObject({ steps: 8, modelStep: 4, stoppedEarly: false })
    expect(report.evaluations.map(({ isBest }) => isBest)).toEqual([true, true, false, false])
  })

  test('patience ends a run that no longer gains', async () => {
    const report = await evaluated([2, 1, 1.5, 9], 2)
    expect(report).toMatchObject({ steps: 6, modelStep: 2, stoppedEarly: true })
  })

  test('a metric that is not there, or no number, is an error', async () => {
    await expect(evaluated([Number.NaN])).rejects.toMatchObject({ code: 'train-metric' })
  })
})

describe('batches that teach nothing', () => {
  /** Alike pairs are short, unlike ones long. */
  const rows = Array.from({ length: 64 }, (_, i) =>
    i % 2 === 0 ? ['花呗', '天气', 1] : ['花呗还款出去走走', '真不错怎么还合适', 0],
  )
  const dataset = datasetOf({ name: 'by length', kind: 'scored-pairs', rows })

  async function losses(options: Partial<Parameters<typeof train>[0]>) {
    const warnings: string[] = []
    const steps: number[] = []
    await train({
      ...base,
      output: join(temporaryFolder(), 'model'),
      onStep: ({ loss, gradientNorm }) => steps.push(Math.min(loss, gradientNorm)),
      onWarning: (message) => warnings.push(message),
      ...options,
    })
    return { steps, warnings }
  }

  test('labels that go with length are mixed, for a loss that compares them', async () => {
    const sources = [{ dataset, loss: cosent(), batchSize: 4 }]
    const { steps, warnings } = await losses({ sources, epochs: 4 })
    expect(steps).toHaveLength(64)
    expect(Math.min(...steps)).toBeGreaterThan(0)
    expect(warnings).toEqual([])
  })

  test('what cannot be mixed is said, at the 1st and the 10th batch', async () => {
    const same = datasetOf({
      name: 'same',
      kind: 'scored-pairs',
      rows: rows.filter((row) => row[2]),
    })
    const sources = [{ dataset: same, loss: cosent(), batchSize: 2 }]
    const { steps, warnings } = await losses({ sources, epochs: 1 })
    expect(steps).toEqual(new Array(16).fill(0))
    expect(warnings).toEqual(
      [1, 10].map(
        (n) =>
          `cosent learns nothing from a batch of same: all its labels are 1 (so it was in ${n} of ${n} ` +
          'batches); make batches larger than 2, or use another loss or data',
      ),
    )
  })
})

describe('texts that stand in a data set twice', () => {
  const rows = Array.from({ length: 32 }, (_, i) => [
    TEXTS[i % 4] ?? '',
    `${TEXTS[4 + (i % 4)]}${i}`,
  ])
  const dataset = datasetOf({ name: 'pairs', kind: 'pairs', rows })
  const pulled: Loss = { ...multipleNegatives(), name: 'custom', inBatchNegatives: false }

  /** Whether a batch of a run held a text twice. */
  async function meet(source: Pick<TrainingSource, 'loss' | 'duplicates'>): Promise<boolean> {
    let found = false
    const targets = (examples: readonly Example[]) => {
      const texts = examples.flatMap((example) => example.texts)
      found ||= new Set(texts).size < texts.length
      return {}
    }
    const output = join(temporaryFolder(), 'model')
    await train({ ...base, output, sources: [{ dataset, batchSize: 8, targets, ...source }] })
    return found
  }

  test.each<[string, Loss]>([
    ['alone', multipleNegatives()],
    ['shortened', matryoshka(multipleNegatives(), { dimensions: [16, 8] })],
    ['in a sum', weightedSum([{ loss: pulled }, { loss: multipleNegatives(), weight: 2 }])],
  ])('never meet where they would be negatives: %s', async (_, loss) => {
    expect(await meet({ loss })).toBe(false)
  })

  test('meet where no loss minds, or the source says so', async () => {
    expect(await meet({ loss: pulled })).toBe(true)
    expect(await meet({ loss: multipleNegatives(), duplicates: true })).toBe(true)
  })
})

describe('a loss that compares with what the source does not give', () => {
  const zeros = (width: number) => (examples: readonly Example[]) => {
    const dims = [examples.length, width]
    return {
      teacher: { type: 'float32', dims, data: new Float32Array(examples.length * width) },
    } as const
  }

  test.each([
    ['nothing', {}, /the target teacher \[P, \d+\], but the source gives none of this name/],
    ['another width', { targets: zeros(3) }, /but the source gives \[8, 3\]/],
    [
      'another width, in parts',
      { targets: zeros(3), cachedTexts: 4 },
      /but the source gives \[8, 3\]/,
    ],
  ])('is refused by name: %s', async (_, changes, message) => {
    const sources = [{ dataset: scored, loss: mse(), batchSize: 8, ...changes }]
    await using session = await TrainingSession.open({ ...base, sources })
    const batch = await session.prepare([{ source: 0, examples: EXAMPLES }])
    const step = session.step(batch, 0)
    await expect(step).rejects.toMatchObject({ name: 'InputError', code: 'train-target' })
    await expect(step).rejects.toThrow(message)
  })
})

describe('a model that is averaged', () => {
  const options = { ...base, steps: 4, optimizer: RATE } as const

  async function weightsOf(folder: string) {
    const { weights } = await loadCheckpoint(folder)
    const entries = [...weights].map(async ([name, weight]) => {
      return [name, await readWeight(weight)] as const
    })
    return new Map(await Promise.all(entries))
  }

  test('lies between the trained one and the one before', async () => {
    const folder = temporaryFolder()
    const [trained, averaged] = [join(folder, 'trained'), join(folder, 'averaged')]
    await train({ ...options, output: trained })
    await train({ ...options, output: averaged, average: { share: 0.25 } })
    const [before, after, between] = [
      await weightsOf(MODEL),
      await weightsOf(trained),
      await weightsOf(averaged),
    ]
    for (const [name, weight] of between) {
      const expected = after
        .get(name)
        ?.map((x, i) => 0.75 * x + 0.25 * (before.get(name)?.[i] ?? 0))
      expect(largestDifference(weight, expected ?? new Float32Array())).toBeLessThan(1e-7)
    }
    const run = JSON.parse(readFileSync(join(averaged, 'training/run.json'), 'utf8'))
    expect(run.settings.average).toEqual({ share: 0.25 })
  })

  test('must be of one architecture, and the share a share', async () => {
    const other = await loadCheckpoint(join(FIXTURES, 'models/tiny-bert-zh'))
    const model = await loadCheckpoint(MODEL)
    await expect(averageModels(model, other, 0.5)).rejects.toThrow(
      /only models of one architecture/,
    )
    await expect(averageModels(model, model, 1.5)).rejects.toThrow(/from 0 to 1/)
  })
})

import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ort from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import {
  exportOnnx,
  loadCheckpoint,
  measureActivationRanges,
  SentenceEncoder,
  saveCheckpoint,
} from 'yuju'
import { loadCheckpoint as readModel } from '../src/checkpoint/index.ts'
import { mse } from '../src/train/losses/index.ts'
import { temporaryFolder } from './support/model-folder.ts'
import { readNpy } from './support/npy.ts'
import { FIXTURES, readJson } from './support/shared.ts'
import { largestDifference } from './support/vectors.ts'
import { weightGradients } from './support/weight-gradients.ts'
import { yuju } from './support/yuju-command.ts'

/** Tiny encoders of every family, written by make_families.py. */
const FAMILIES = join(FIXTURES, 'families')
const TEXTS = readJson<string[]>(join(FAMILIES, 'texts.json'))
/** One of each family, then with other settings, older files and narrower weights. */
const NAMES = ['modern-bert', 'qwen3', 'gemma3']
const VARIANTS = ['modern-bert-older', 'qwen3-sliding', 'gemma3-causal']
const TOLERANCE = 1e-5
const quiet = { onWarning: () => {} }

const folderOf = (name: string) => join(FAMILIES, name)
const load = (name: string, options = {}) =>
  SentenceEncoder.load(folderOf(name), { ...quiet, precision: 'float32', ...options })

describe.each([...NAMES, ...VARIANTS])('%s', (name) => {
  const golden = readNpy(join(FAMILIES, `${name}.npy`))

  test('vectors are those of the reference', async () => {
    await using encoder = await load(name)
    const { data, dimensions } = await encoder.encode(TEXTS)
    expect(dimensions).toBe(golden.columns)
    expect(largestDifference(data, golden.data)).toBeLessThanOrEqual(TOLERANCE)
  })

  test('the last hidden state is that of the reference', async () => {
    const expected = readNpy(join(FAMILIES, `${name}.tokens.npy`))
    await using encoder = await load(name)
    const texts = await encoder.tokenEmbeddings(TEXTS)
    const found = texts.flatMap(({ data }) => [...data])
    expect(largestDifference(found, expected.data)).toBeLessThanOrEqual(5 * TOLERANCE)
  })

  test('alone is in a batch', async () => {
    await using encoder = await load(name)
    const { data, dimensions } = await encoder.encode(TEXTS)
    for (const [row, text] of TEXTS.entries()) {
      const vector = data.subarray(row * dimensions, (row + 1) * dimensions)
      expect(largestDifference(await encoder.encode(text), vector)).toBeLessThanOrEqual(1e-6)
    }
  })
})

describe.each(NAMES)('%s', (name) => {
  const golden = readNpy(join(FAMILIES, `${name}.npy`))

  test('vectors are those of the reference in WebAssembly', async () => {
    await using encoder = await load(name, { backend: 'wasm', threads: 1 })
    const { data } = await encoder.encode(TEXTS)
    expect(largestDifference(data, golden.data)).toBeLessThanOrEqual(TOLERANCE)
  })

  test('saved and loaded again, vectors are the same', async () => {
    const folder = join(temporaryFolder(), 'saved')
    await using original = await load(name)
    await saveCheckpoint(folder, original.checkpoint)
    await using saved = await SentenceEncoder.load(folder, quiet)
    expect(await saved.encode(TEXTS)).toEqual(await original.encode(TEXTS))
  })

  test('in 8 bits vectors point where those of float32 do, alone and in a batch', async () => {
    const activationRanges = await measureActivationRanges(
      await loadCheckpoint(folderOf(name)),
      TEXTS,
    )
    await using encoder = await load(name, { precision: 'int8', activationRanges })
    const options = { normalize: true, batchSize: TEXTS.length } as const
    const { data, dimensions } = await encoder.encode(TEXTS, options)
    await using exact = await load(name)
    const expected = (await exact.encode(TEXTS, options)).data
    for (const [row, text] of TEXTS.entries()) {
      const at = row * dimensions
      const vector = data.subarray(at, at + dimensions)
      const cosine = vector.reduce((sum, x, i) => sum + x * (expected[at + i] ?? 0), 0)
      expect(cosine).toBeGreaterThan(0.98)
      expect(largestDifference(await encoder.encode(text, options), vector)).toBeLessThan(1e-6)
    }
  })

  test.each(['left', 'right'] as const)(
    'exported, other programs get its vectors with padding on the %s',
    async (side) => {
      const folder = join(temporaryFolder(), 'exported')
      const checkpoint = await loadCheckpoint(folderOf(name))
      await saveCheckpoint(folder, checkpoint)
      await exportOnnx(checkpoint, folder)
      await using encoder = await load(name)
      const rows = encoder.tokenize(TEXTS).map(({ ids }) => [...ids])
      const vectors = await runOnnx(join(folder, 'onnx/model.onnx'), rows, side)
      expect(largestDifference(vectors, golden.data)).toBeLessThanOrEqual(2 * TOLERANCE)
    },
  )

  test('gradients of all weights are those of PyTorch', async () => {
    const { loss, lengths } = readJson<Record<string, Gradients>>(join(FAMILIES, 'gradients.json'))[
      name
    ] as Gradients
    const teacher = TEXTS.map((_, row) =>
      Array.from({ length: golden.columns }, (_, i) => Math.sin(row * golden.columns + i)),
    )
    const examples = TEXTS.map((text) => ({ texts: [text], label: undefined }))
    const checkpoint = await readModel(folderOf(name))
    const found = await weightGradients(checkpoint, { loss: mse(), examples, teacher })
    expect(found.loss).toBeCloseTo(loss, 5)
    expect([...found.gradients.keys()].sort()).toEqual(Object.keys(lengths).sort())
    for (const [parameter, gradient] of found.gradients) {
      const expected = lengths[parameter] ?? Number.NaN
      expect(Math.abs(Math.hypot(...gradient) - expected)).toBeLessThan(1e-5 + 1e-4 * expected)
    }
  })
})

interface Gradients {
  readonly loss: number
  readonly lengths: Readonly<Record<string, number>>
}

/** Runs model.onnx over rows that are filled up with token 0 on one side. */
async function runOnnx(
  path: string,
  rows: readonly (readonly number[])[],
  side: 'left' | 'right',
): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(path)
  const width = Math.max(...rows.map((ids) => ids.length))
  const filled = (row: readonly number[]) => {
    const padding = Array.from({ length: width - row.length }, () => 0)
    return side === 'left' ? [...padding, ...row] : [...row, ...padding]
  }
  const matrix = (values: readonly (readonly number[])[]) =>
    new ort.Tensor('int64', BigInt64Array.from(values.flatMap(filled), BigInt), [
      rows.length,
      width,
    ])
  const results = await session.run({
    input_ids: matrix(rows),
    attention_mask: matrix(rows.map((ids) => ids.map(() => 1))),
  })
  await session.release()
  return results.sentence_embedding?.data as Float32Array
}

describe('instructions', () => {
  test.each(['qwen3', 'gemma3'])('queries of %s get the prompt its folder names', async (name) => {
    const golden = readNpy(join(FAMILIES, `${name}.query.npy`))
    await using encoder = await load(name)
    const { data } = await encoder.encodeQuery(TEXTS)
    expect(largestDifference(data, golden.data)).toBeLessThanOrEqual(TOLERANCE)
  })
})

describe('bge-m3', () => {
  test('dense vectors are those of the reference, of thousands of tokens too', async () => {
    const golden = readNpy(join(FAMILIES, 'bge-m3.npy'))
    const texts = readJson<string[]>(join(FAMILIES, 'long.json'))
    await using encoder = await load('bge-m3')
    const { data, tokens } = await encoder.encode(texts)
    expect(tokens[1]).toBeGreaterThan(3000)
    expect(largestDifference(data, golden.data)).toBeLessThanOrEqual(TOLERANCE)
  })

  test('what else its folder holds is named', async () => {
    const warnings: string[] = []
    await using encoder = await load('bge-m3', { onWarning: (text: string) => warnings.push(text) })
    expect(encoder.maxLength).toBe(8192)
    expect(warnings).toEqual([
      expect.stringContaining('colbert_linear.pt and sparse_linear.pt are not used'),
    ])
  })
})

test.each(NAMES)('yuju train trains a model like %s', async (name) => {
  const folder = temporaryFolder()
  cpSync(folderOf(name), join(folder, 'model'), { recursive: true })
  const texts = TEXTS.filter((text) => text !== '')
  const rows = texts.flatMap((a, i) => texts.map((b, j) => ({ a, b, score: 1 / (1 + i + j) })))
  writeFileSync(join(folder, 'pairs.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'))
  const data = [
    { file: 'pairs.jsonl', kind: 'scored-pairs', loss: { name: 'cosent' }, batch_size: 8 },
  ]
  const recipe = { model: 'model', output: 'out', data, steps: 3, seed: 1 }
  writeFileSync(join(folder, 'recipe.json'), JSON.stringify(recipe))
  const { code, stderr } = await yuju('train', join(folder, 'recipe.json'))
  expect(code, stderr).toBe(0)
  await using before = await load(name)
  await using after = await SentenceEncoder.load(join(folder, 'out'), quiet)
  expect(after.checkpoint.config).toMatchObject({ modelType: before.checkpoint.config.modelType })
  expect(
    largestDifference((await after.encode(TEXTS)).data, (await before.encode(TEXTS)).data),
  ).toBeGreaterThan(1e-6)
})

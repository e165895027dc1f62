import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Checkpoint, loadCheckpoint, SentenceEncoder, saveCheckpoint } from 'yuju'
import { agreementOf, buildStaticStudent, distil, distilRecipe, openTeacher } from 'yuju/distil'
import { cosineToTeacher, datasetOf } from 'yuju/train'
import { diskFile, readSafetensors, readWeight, type Weight } from '../src/checkpoint/index.ts'
import { writeSafetensors } from '../src/checkpoint/write-safetensors.ts'
import { changedModel, temporaryFolder } from './support/model-folder.ts'
import { readNpy } from './support/npy.ts'
import { FIXTURES, readJson } from './support/shared.ts'
import { largestDifference } from './support/vectors.ts'

/** Tiny static models written by make_static.py, and what sentence-transformers gives for them. */
const STATIC = join(FIXTURES, 'static')
const TEXTS = readJson<string[]>(join(STATIC, 'texts.json'))
const SAVED = join(STATIC, 'saved')
const quiet = { onWarning: () => {} }

describe.each(['saved', 'model2vec'])('a folder of %s', (name) => {
  const golden = readNpy(join(STATIC, `${name}.npy`))

  test('gives the vectors of sentence-transformers', async () => {
    await using encoder = await SentenceEncoder.load(join(STATIC, name), quiet)
    const { data, dimensions } = await encoder.encode(TEXTS)
    expect(dimensions).toBe(golden.columns)
    expect(largestDifference(data, golden.data)).toBeLessThanOrEqual(1e-5)
  })

  test('gives each text alone the vector it has among others', async () => {
    await using encoder = await SentenceEncoder.load(join(STATIC, name), quiet)
    for (const [row, text] of TEXTS.entries()) {
      const expected = golden.data.subarray(row * golden.columns, (row + 1) * golden.columns)
      expect(largestDifference(await encoder.encode(text), expected)).toBeLessThanOrEqual(1e-5)
    }
  })

  test('is the same model when it is saved again', async () => {
    const folder = join(temporaryFolder(), 'again')
    await saveCheckpoint(folder, await loadCheckpoint(join(STATIC, name)))
    await using encoder = await SentenceEncoder.load(folder, quiet)
    if (name === 'saved') {
      const { data } = await encoder.encode(TEXTS)
      expect(largestDifference(data, golden.data)).toBeLessThanOrEqual(1e-5)
    }
    const [first] = readJson<readonly { path: string; type: string }[]>(
      join(folder, 'modules.json'),
    )
    expect(first).toMatchObject({
      path: '0_StaticEmbedding',
      type: 'sentence_transformers.models.StaticEmbedding',
    })
    const path = join(folder, '0_StaticEmbedding/model.safetensors')
    const stored = await readSafetensors(diskFile(path, readFileSync(path).length))
    expect([...stored.keys()]).toEqual(['embedding.weight'])
  })
})

describe('options', () => {
  test('normalize, dimensions and prompts do what they do for other models', async () => {
    await using encoder = await SentenceEncoder.load(SAVED, quiet)
    const text = '花呗怎么还款'
    const whole = await encoder.encode(text)
    const kept = await encoder.encode(text, { dimensions: 5, normalize: true })
    const length = Math.hypot(...whole.subarray(0, 5))
    const expected = whole.subarray(0, 5).map((x) => x / length)
    expect(largestDifference(kept, expected)).toBeLessThan(1e-6)
    const prompted = await encoder.encode('还款', { prompt: '花呗怎么' })
    expect(largestDifference(prompted, whole)).toBeLessThan(1e-6)
    expect(await encoder.encode(text, { output: 'ubinary' })).toHaveLength(2)
  })

  test('a text is cut only where a limit is asked for', async () => {
    await using encoder = await SentenceEncoder.load(SAVED, quiet)
    const { tokens, truncated } = await encoder.encode(TEXTS)
    expect(tokens[9]).toBe(2100)
    expect([...truncated]).toEqual(TEXTS.map(() => 0))
    const cut = await encoder.encode(['花呗怎么还款'], { maxLength: 2 })
    expect(cut.truncated[0]).toBe(4)
    expect(largestDifference(cut.data, await encoder.encode('花呗'))).toBeLessThan(1e-6)
  })

  test("the vector of each token is its row, and a text's their mean", async () => {
    await using encoder = await SentenceEncoder.load(join(STATIC, 'model2vec'), quiet)
    const [embedded] = await encoder.tokenEmbeddings(['花呗'])
    expect(embedded?.tokens).toEqual(['花', '呗'])
    const [a, b] = [embedded?.data.subarray(0, 7), embedded?.data.subarray(7)]
    const mean = Float32Array.from(a ?? [], (x, i) => (x + (b?.[i] ?? 0)) / 2)
    expect(largestDifference(await encoder.encode('花呗'), mean)).toBeLessThan(1e-6)
  })

  test('tokens that are ready may be none', async () => {
    await using encoder = await SentenceEncoder.load(SAVED, quiet)
    const none = { ids: new Int32Array(), promptLength: 0, truncated: 0 }
    const { data } = await encoder.encodePrepared([none])
    expect([...data]).toEqual(Array(12).fill(0))
  })
})

describe('a damaged folder is refused', () => {
  async function refusal(folder: string) {
    return SentenceEncoder.load(folder, quiet).then(
      () => undefined,
      (error: unknown) => error,
    )
  }

  async function withTensors(...weights: readonly Weight[]) {
    const folder = changedModel(SAVED, {})
    rmSync(join(folder, 'model.safetensors'))
    await writeSafetensors(join(folder, 'model.safetensors'), weights)
    return refusal(folder)
  }

  function tensor(name: string, shape: readonly number[], type: Weight['type'] = 'float32') {
    const length = shape.reduce((product, size) => product * size, 1)
    const bytes = type === 'int8' ? new Uint8Array(length) : new Uint8Array(4 * length)
    return { name, shape, type, data: { bytes } }
  }

  test.each([
    ['another tensor', [tensor('other', [31, 4])], 'expected the tensor embedding.weight'],
    ['a list of numbers', [tensor('embedding.weight', [124])], 'a table [V,D], but it is [124]'],
    ['codes', [tensor('embedding.weight', [31, 4], 'int8')], 'it holds int8'],
    [
      'a mapping',
      [tensor('embeddings', [31, 4]), tensor('mapping', [31])],
      'the tensor mapping beside the table is not supported',
    ],
  ])('%s', async (_, weights, message) => {
    expect(await withTensors(...weights)).toMatchObject({
      name: 'CheckpointError',
      code: 'checkpoint-static',
      message: expect.stringContaining(message),
    })
  })

  test('fewer rows than tokens', async () => {
    const error = await withTensors(tensor('embedding.weight', [3, 4]))
    expect(error).toMatchObject({ code: 'checkpoint-vocabulary-size' })
  })

  test('no tokenizer.json, or one that is none', async () => {
    const folder = changedModel(SAVED, {})
    writeFileSync(join(folder, 'tokenizer.json'), '[1]')
    expect(await refusal(folder)).toMatchObject({ code: 'checkpoint-static' })
    rmSync(join(folder, 'tokenizer.json'))
    expect(await refusal(folder)).toMatchObject({ code: 'checkpoint-file-missing' })
  })

  test('a pooling of its own', async () => {
    const folder = changedModel(SAVED, {
      'modules.json': (modules) =>
        [
          ...Object.values(modules),
          { idx: 2, name: '2', path: '2_Pooling', type: 'sentence_transformers.models.Pooling' },
        ] as unknown as Record<string, unknown>,
    })
    expect(await refusal(folder)).toMatchObject({ code: 'checkpoint-file-missing' })
  })
})

const TEACHER = join(FIXTURES, 'models/tiny-bert-zh')
const SEEN = ['花呗怎么还款', '今天天气不错，出去走走', '还款还款']

async function tableOf({ weights, config }: Checkpoint) {
  const [table] = weights.values()
  if (!table) throw new Error('no table')
  return { data: await readWeight(table), rows: config.vocabularySize, size: config.hiddenSize }
}

test('a recipe with a static student of some layers is refused', async () => {
  const path = join(temporaryFolder(), 'recipe.json')
  const loss = { name: 'cosine_to_teacher' }
  const data = [{ file: 'texts.txt', kind: 'sentences', batch_size: 8, loss }]
  const student = { static: { sif: 0.001 }, layers: 4 }
  const stages = [{ name: 'only', data, steps: 1 }]
  writeFileSync(path, JSON.stringify({ teacher: TEACHER, student, output: 'out', stages }))
  await expect(distilRecipe(path)).rejects.toThrow('a static student has no layers')
})

describe('a student made of its teacher', async () => {
  const teacher = await SentenceEncoder.load(TEACHER, quiet)
  const { vocabularySize } = teacher.tokenizer
  const frame = [...teacher.tokenizer.encode('').ids]
  const spelled = Array.from({ length: vocabularySize }, (_, id) => id).filter(
    (id) => !frame.includes(id) && id !== teacher.tokenizer.padId,
  )
  /** Weights of 1, as good as. */
  const EVEN = 1e12

  test('has rows as far from each other as the teacher has the tokens', async () => {
    const size = teacher.dimensions
    const { data } = await tableOf(
      await buildStaticStudent(teacher, { dimensions: size, sif: EVEN }),
    )
    const alone = await teacher.encodePrepared(
      spelled.map((id) => ({
        ids: Int32Array.of(frame[0] ?? 0, id, frame[1] ?? 0),
        promptLength: 0,
        truncated: 0,
      })),
    )
    const distance = (numbers: Float32Array, a: number, b: number) =>
      Math.hypot(
        ...Array.from(
          { length: size },
          (_, i) => (numbers[a * size + i] ?? 0) - (numbers[b * size + i] ?? 0),
        ),
      )
    const kept: number[] = []
    const before: number[] = []
    const notSpecial = spelled.flatMap((id, at) => (data[id * size] === 0 ? [] : [{ id, at }]))
    for (const [place, { id, at }] of notSpecial.slice(1).entries()) {
      const other = notSpecial[place]
      kept.push(distance(data, id, other?.id ?? 0))
      before.push(distance(alone.data, at, other?.at ?? 0))
    }
    expect(kept.length).toBeGreaterThan(20)
    expect(Math.min(...before)).toBeGreaterThan(0)
    expect(largestDifference(kept, before)).toBeLessThan(1e-4)
  })

  test('of fewer dimensions has the first of more', async () => {
    const few = await tableOf(await buildStaticStudent(teacher, { dimensions: 8 }))
    const more = await tableOf(await buildStaticStudent(teacher, { dimensions: 20 }))
    const first = Float32Array.from(
      few.data,
      (_, i) => more.data[Math.floor(i / 8) * 20 + (i % 8)] ?? 0,
    )
    expect(largestDifference(few.data, first)).toBe(0)
  })

  test('weighs a token of share p by a/(a+p)', async () => {
    const sif = 0.05
    const even = await tableOf(
      await buildStaticStudent(teacher, { dimensions: 8, sif: EVEN, texts: SEEN }),
    )
    const weighed = await tableOf(
      await buildStaticStudent(teacher, { dimensions: 8, sif, texts: SEEN }),
    )
    const bare = SEEN.flatMap((text) => [...teacher.tokenizer.encode(text).ids].slice(1, -1))
    for (const id of spelled) {
      const share = bare.filter((other) => other === id).length / bare.length
      for (let i = 0; i < 8; i += 1) {
        const expected = ((even.data[id * 8 + i] ?? 0) * sif) / (sif + share)
        expect(weighed.data[id * 8 + i]).toBeCloseTo(expected, 5)
      }
    }
  })

  test('has zeros for special tokens, and no prompt, frame or limit', async () => {
    const student = await buildStaticStudent(teacher, { dimensions: 8 })
    const { data } = await tableOf(student)
    for (const id of frame) {
      expect([...data.subarray(id * 8, id * 8 + 8)]).toEqual(Array(8).fill(0))
    }
    await using encoder = await SentenceEncoder.fromCheckpoint(student, quiet)
    for (const text of [...SEEN, 'Hello, WORLD 123', '']) {
      const [{ tokens } = { tokens: [] }] = encoder.tokenize([text])
      expect(tokens).toEqual(teacher.tokenize([text])[0]?.tokens.slice(1, -1))
    }
  })

  test('is the same from its folder', async () => {
    const student = await buildStaticStudent(teacher, { dimensions: 8, texts: SEEN })
    const folder = join(temporaryFolder(), 'student')
    await saveCheckpoint(folder, student)
    await using made = await SentenceEncoder.fromCheckpoint(student, quiet)
    await using read = await SentenceEncoder.load(folder, quiet)
    const [a, b] = [await made.encode(SEEN), await read.encode(SEEN)]
    expect(largestDifference(a.data, b.data)).toBe(0)
    expect(largestDifference(a.data, new Float32Array(a.data.length))).toBeGreaterThan(0.1)
  })

  test('agrees more with its teacher after distilling', async () => {
    const folder = temporaryFolder()
    const words = [...new Set(SEEN.join(''))]
    const sentences = Array.from({ length: 200 }, (_, i) =>
      Array.from(
        { length: 3 + (i % 5) },
        (_, j) => words[(i * 7 + j * (1 + (i % 6))) % words.length],
      ).join(''),
    )
    const dataset = datasetOf({
      name: 'sentences',
      kind: 'sentences',
      rows: sentences.map((text) => [text]),
    })
    const student = await buildStaticStudent(teacher, { dimensions: 16, texts: sentences })
    const report = await distil({
      teachers: { teacher: await openTeacher(teacher) },
      student: async () => student,
      output: join(folder, 'student'),
      heldOut: 20,
      timing: false,
      stages: [
        {
          name: 'sentences',
          steps: 60,
          optimizer: { learningRate: 0.02 },
          sources: [
            {
              dataset,
              batchSize: 32,
              loss: ({ teacher: width }) => cosineToTeacher({ projectTo: width }),
            },
          ],
        },
      ],
    })
    await using before = await SentenceEncoder.fromCheckpoint(student, quiet)
    await using after = await SentenceEncoder.load(join(folder, 'student'), quiet)
    const wanted = await teacher.encode(sentences)
    const untrained = agreementOf(await before.encode(sentences), wanted).agreement ?? 100
    const trained = agreementOf(await after.encode(sentences), wanted).agreement ?? 0
    expect(report.models.at(-1)).toMatchObject({ layers: 0, dimensions: 16 })
    expect(trained).toBeGreaterThan(untrained + 2)
  })

  test.each([
    [{ sif: 0 }, 'distil-sif'],
    [{ sif: Number.NaN }, 'distil-sif'],
    [{ dimensions: 49 }, 'distil-components'],
    [{ dimensions: 1.5 }, 'distil-components'],
  ])('is refused for %j', async (options, code) => {
    await expect(buildStaticStudent(teacher, options)).rejects.toMatchObject({ code })
  })
})

test('a static model has nothing to compute in 8 bits', async () => {
  await expect(SentenceEncoder.load(SAVED, { precision: 'int8' })).rejects.toMatchObject({
    code: 'precision-static',
  })
})

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Checkpoint, loadCheckpoint, SentenceEncoder, saveCheckpoint } from 'yuju'
import {
  countTokens,
  narrowHidden,
  openTeacher,
  projectEmbeddings,
  selectLayers,
  trimVocabulary,
} from 'yuju/distil'
import { readWeight as readNumbers } from '../src/checkpoint/index.ts'
import { principalComponents } from '../src/distil/student/principal-components.ts'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES, sharedPath } from './support/shared.ts'
import { largestDifference } from './support/vectors.ts'

const TEXTS = ['花呗怎么还款', '今天天气不错，出去走走', '']

async function encoded(checkpoint: Checkpoint, texts: readonly string[] = TEXTS) {
  await using encoder = await SentenceEncoder.fromCheckpoint(checkpoint)
  return (await encoder.encode(texts)).data
}

async function savedAndRead(checkpoint: Checkpoint): Promise<Checkpoint> {
  const folder = join(temporaryFolder(), 'student')
  await saveCheckpoint(folder, checkpoint)
  return loadCheckpoint(folder)
}

const teacher = await loadCheckpoint(join(FIXTURES, 'models/tiny-bert-zh'))

test('a student of some layers gives the same vectors from memory and from its folder', async () => {
  const student = selectLayers(teacher, [0, 2])
  const vectors = await encoded(student)
  expect(largestDifference(vectors, await encoded(await savedAndRead(student)))).toBe(0)
  expect(largestDifference(vectors, await encoded(teacher))).toBeGreaterThan(0.01)
})

/** Han of every kind of the vocabularies, Latin words, punctuation. */
const SEEN = ['花呗怎么还款', '今天天气不错，出去走走', 'How do I repay my loan?', 'abc 123']

const E5 = sharedPath('models/e5-small-zh')
const MODELS: readonly (readonly [string, string])[] = [
  ['vocab.txt', join(FIXTURES, 'models/tiny-bert-zh')],
  ['tokenizer.json', join(FIXTURES, 'models/tiny-dense-normalize')],
  ['positions after the padding', join(FIXTURES, 'variants/xlm-roberta')],
  ['bfloat16', join(FIXTURES, 'variants/bfloat16')],
  ...(E5 ? [['e5-small-zh', E5] as const] : []),
]

describe.each(MODELS)('a model with fewer tokens: %s', (_, folder) => {
  test('gives texts of kept tokens the same vectors, from memory and from its folder', async () => {
    const model = await loadCheckpoint(folder)
    const counts = await countTokens(model, SEEN)
    const cut = await trimVocabulary(model, counts, { minCount: 1, keepHan: false })
    expect(cut.config.vocabularySize).toBeLessThan(model.config.vocabularySize)
    expect(cut.weights.get('embeddings.word_embeddings.weight')?.type).toBe(
      model.weights.get('embeddings.word_embeddings.weight')?.type,
    )
    const before = await encoded(model, SEEN)
    expect(largestDifference(await encoded(cut, SEEN), before)).toBe(0)
    const read = await savedAndRead(cut)
    expect(read.config).toMatchObject({ vocabularySize: cut.config.vocabularySize })
    expect(read.config.padId).toBe(cut.config.padId)
    expect(largestDifference(await encoded(read, SEEN), before)).toBe(0)
  })
})

describe('what a cut keeps', () => {
  const tokensOf = async (model: Checkpoint, text: string) => {
    await using encoder = await SentenceEncoder.fromCheckpoint(model)
    return encoder.tokenize([text])[0]?.tokens
  }

  test('every Han character, unless told otherwise', async () => {
    const counts = await countTokens(teacher, ['花呗'])
    const kept = await trimVocabulary(teacher, counts)
    expect(await tokensOf(kept, '今天')).toEqual(['[CLS]', '今', '天', '[SEP]'])
    const without = await trimVocabulary(teacher, counts, { keepHan: false, minCount: 1 })
    expect(await tokensOf(without, '今花')).toEqual(['[CLS]', '[UNK]', '花', '[SEP]'])
  })

  test('what is seen often enough, and Latin letters to spell the rest', async () => {
    const counts = await countTokens(teacher, ['hotel', 'hotel', 'china'])
    const kept = await trimVocabulary(teacher, counts, { minCount: 2 })
    const tokens = await tokensOf(kept, 'hotel china')
    expect(tokens).toEqual(['[CLS]', 'hotel', 'c', '##h', '##i', '##n', '##a', '[SEP]'])
  })

  test('the tokens of the prompt', async () => {
    const prompted = { ...teacher, prompts: { q: '问题' }, defaultPromptName: 'q' }
    const cut = await trimVocabulary(prompted, await countTokens(prompted, ['花']), {
      minCount: 1,
      keepHan: false,
    })
    expect(await tokensOf(cut, '花')).toEqual(['[CLS]', '问', '题', '花', '[SEP]'])
  })

  test('counts of another model, or no sensible least count, are refused', async () => {
    await expect(trimVocabulary(teacher, new Float64Array(3e5))).rejects.toThrow(/3?00000 counts/)
    await expect(trimVocabulary(teacher, [1], { minCount: 0 })).rejects.toThrow(/minCount/)
  })
})

test('a folder and its encoder are the same teacher, another prompt another one', async () => {
  const fromFolder = await openTeacher(teacher.folder)
  await using encoder = await SentenceEncoder.fromCheckpoint(teacher)
  const fromEncoder = await openTeacher(encoder)
  expect(fromEncoder.id).toBe(fromFolder.id)
  expect((await openTeacher(encoder, { prompt: '问' })).id).not.toBe(fromFolder.id)
  const [a, b] = [await fromFolder.vectors(TEXTS), await fromEncoder.vectors(TEXTS)]
  expect(largestDifference(a.data, b.data)).toBe(0)
  await fromFolder.dispose()
  await expect(fromFolder.vectors(TEXTS)).rejects.toThrow(/disposed/)
  await fromEncoder.dispose()
  await encoder.encode(TEXTS)
})

describe('a model with narrower vectors', () => {
  const many = Array.from(
    { length: 60 },
    (_, i) => `${'花呗怎么还款今天天气不错'.slice(i % 9)}${i}`,
  )

  async function vectorsOf(model: Checkpoint, texts: readonly string[]) {
    await using encoder = await SentenceEncoder.fromCheckpoint(model)
    return await encoder.encode(texts)
  }

  test('gives what its principal components make of the wider ones', async () => {
    const vectors = await vectorsOf(teacher, many)
    const narrow = await projectEmbeddings(teacher, vectors, 8)
    const { components } = await principalComponents(vectors, 8)
    const found = await vectorsOf(await savedAndRead(narrow), many)
    expect(found.dimensions).toBe(8)
    const expected = Array.from(found.data, (_, place) => {
      const [row, component] = [Math.floor(place / 8), place % 8]
      return Array.from({ length: 48 }, (_, i) => i).reduce(
        (sum, i) =>
          sum +
          (vectors.data[row * 48 + i] ?? 0) * (components.data[component * 48 + i] ?? Number.NaN),
        0,
      )
    })
    expect(largestDifference(found.data, expected)).toBeLessThan(2e-6)
  })

  test('keeps unit vectors unit vectors', async () => {
    const model = await loadCheckpoint(join(FIXTURES, 'models/tiny-dense-normalize'))
    const narrow = await projectEmbeddings(model, await vectorsOf(model, many), 5)
    expect(narrow.modules.map(({ kind }) => kind)).toEqual([
      ...['pooling', 'dense', 'dense', 'normalize'],
    ])
    const { data, dimensions } = await vectorsOf(narrow, TEXTS)
    expect(dimensions).toBe(5)
    expect(Math.hypot(...data.slice(0, 5))).toBeCloseTo(1, 6)
  })

  test('needs vectors of its own', async () => {
    const vectors = { data: new Float32Array(90), rows: 30, dimensions: 3 }
    await expect(projectEmbeddings(teacher, vectors, 2)).rejects.toThrow(/48 numbers.*have 3/)
  })
})

describe('a model of a narrower hidden size', () => {
  /** Token vectors [N,H] of some texts. */
  async function statesOf(model: Checkpoint) {
    await using encoder = await SentenceEncoder.fromCheckpoint(model)
    const texts = await encoder.tokenEmbeddings(TEXTS)
    const data = Float32Array.from(texts.flatMap((text) => [...text.data]))
    const { hiddenSize: dimensions } = model.config
    return { data, rows: data.length / dimensions, dimensions }
  }

  test.each(MODELS)('is the model at the full size: %s', async (_, folder) => {
    const model = await loadCheckpoint(folder)
    const same = await narrowHidden(model, await statesOf(model), model.config.hiddenSize)
    expect(largestDifference(await encoded(same), await encoded(model))).toBe(0)
  })

  test('runs from its folder, and keeps the components that vary most', async () => {
    const model = await loadCheckpoint(join(FIXTURES, 'models/tiny-dense-normalize'))
    const { hiddenSize, heads } = model.config
    const states = await statesOf(model)
    const size = hiddenSize - hiddenSize / heads
    // All that varies lies in the last components, so that those are to stay.
    const data = states.data.map((_, i) => (i % hiddenSize) * (Math.floor(i / hiddenSize) % 2))
    const narrow = await narrowHidden(model, { ...states, data }, size)
    const name = 'embeddings.LayerNorm.weight'
    const [before, after] = [model, narrow].map(({ weights }) => weights.get(name))
    if (!before || !after) throw new Error('no such weight')
    const kept = (await readNumbers(before)).slice(hiddenSize - size)
    expect(await readNumbers(after)).toEqual(kept)
    const read = await savedAndRead(narrow)
    expect(read.config).toMatchObject({ hiddenSize: size, heads: heads - 1 })
    expect(largestDifference(await encoded(read), await encoded(narrow))).toBe(0)
  })

  test('is a multiple of the size of a head', async () => {
    const states = { data: new Float32Array(48), rows: 1, dimensions: 48 }
    await expect(narrowHidden(teacher, states, 47)).rejects.toThrow(/47.*multiple of/)
    await expect(narrowHidden(teacher, { ...states, dimensions: 24 }, 48)).rejects.toThrow(/24/)
  })
})

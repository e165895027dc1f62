import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Embeddings, InputError, SentenceEncoder } from 'yuju'
import { changedModel } from './support/model-folder.ts'
import { type NpyMatrix, readNpy } from './support/npy.ts'
import { FIXTURES, readJson, sharedPath } from './support/shared.ts'
import { largestDifference } from './support/vectors.ts'

const TEXTS = readJson<string[]>(join(FIXTURES, 'texts.json'))
const TINY = join(FIXTURES, 'models/tiny-bert-zh')
const DENSE = join(FIXTURES, 'models/tiny-dense-normalize')
const quiet = { onWarning: () => {} }
const silent = { truncate: 'silent' } as const

function golden(name: string): NpyMatrix {
  return readNpy(join(FIXTURES, `embeddings/${name}.npy`))
}

async function encodeAlone(encoder: SentenceEncoder): Promise<Float32Array> {
  const rows: number[][] = []
  for (const text of TEXTS) rows.push([...(await encoder.encode(text, silent))])
  return Float32Array.from(rows.flat())
}

/** The texts in another order, encoded, and back in their own. */
async function encodeShuffled(encoder: SentenceEncoder): Promise<Float32Array> {
  const order = TEXTS.map((_, i) => (i * 37) % TEXTS.length)
  expect(new Set(order).size).toBe(TEXTS.length)
  const { data, dimensions } = await encoder.encode(
    order.map((i) => TEXTS[i] ?? ''),
    { ...silent, batchSize: 7 },
  )
  const restored = new Float32Array(data.length)
  order.forEach((index, row) => {
    restored.set(data.subarray(row * dimensions, (row + 1) * dimensions), index * dimensions)
  })
  return restored
}

/** Golden vectors of sentence-transformers 6.2.0: alone, in one batch, shuffled. */
async function expectGolden(folder: string, gold: NpyMatrix, tolerance: number): Promise<void> {
  await using encoder = await SentenceEncoder.load(folder, quiet)
  const together = await encoder.encode(TEXTS, silent)
  expect([together.rows, together.dimensions]).toEqual([gold.rows, gold.columns])
  expect(largestDifference(together.data, gold.data)).toBeLessThanOrEqual(tolerance)
  const alone = await encodeAlone(encoder)
  expect(largestDifference(alone, gold.data)).toBeLessThanOrEqual(tolerance)
  expect(largestDifference(alone, together.data)).toBeLessThanOrEqual(1e-6)
  const shuffled = await encodeShuffled(encoder)
  expect(largestDifference(shuffled, gold.data)).toBeLessThanOrEqual(tolerance)
}

describe('vectors are those of sentence-transformers', () => {
  test('pickle weights, vocab.txt, old folder layout, mean pooling', () =>
    expectGolden(TINY, golden('tiny-bert-zh'), 2e-5))

  test('safetensors, tokenizer.json, new layout, dense with tanh, normalize', () =>
    expectGolden(DENSE, golden('tiny-dense-normalize'), 1e-5))

  test.each(['cls', 'max', 'mean_sqrt_len_tokens', 'weightedmean', 'lasttoken'])(
    'pooling %s',
    (mode) => {
      const folder = changedModel(TINY, {
        '1_Pooling/config.json': () => ({ word_embedding_dimension: 48, pooling_mode: mode }),
      })
      return expectGolden(folder, golden(`tiny-bert-zh.${mode}`), 2e-5)
    },
  )

  const st6 = sharedPath('fixtures/models/tiny-bert-zh-st6')
  test.skipIf(!st6)('the same model saved by sentence-transformers 6', () =>
    expectGolden(st6 ?? '', golden('tiny-bert-zh'), 2e-5),
  )

  const e5 = sharedPath('models/e5-small-zh')
  const e5Golden = sharedPath('fixtures/embeddings/e5-small-zh.npy')
  test.skipIf(!e5)('e5-small-zh: float16 weights, Unigram tokenizer, normalize', () =>
    expectGolden(e5 ?? '', readNpy(e5Golden ?? ''), 1e-5),
  )
})

describe('encoding', () => {
  let encoder: SentenceEncoder
  beforeAll(async () => {
    encoder = await SentenceEncoder.load(TINY, quiet)
  })
  afterAll(() => encoder.dispose())

  test('no texts give no rows', async () => {
    const { data, rows, dimensions } = await encoder.encode([])
    expect([data.length, rows, dimensions]).toEqual([0, 0, 48])
  })

  test('one text gives one vector', async () => {
    const one = await encoder.encode('花呗怎么还款')
    expect(one).toBeInstanceOf(Float32Array)
    expect(one).toHaveLength(48)
  })

  test('tokens and cut tokens are counted per text', async () => {
    const { tokens, truncated } = await encoder.encode(['短', '长文本'.repeat(300)], silent)
    expect([...tokens]).toEqual([3, 256])
    expect([...truncated]).toEqual([0, 902 - 256])
  })

  test('a text that is too long is named by its number, in a stream too', async () => {
    const texts = Array.from({ length: 25 }, (_, i) => (i === 17 ? '长'.repeat(300) : '短'))
    const stream = encoder.stream(texts, { truncate: 'error', blockSize: 10 })
    await stream.next()
    await expect(stream.next()).rejects.toThrow('the text at index 17 has 46 tokens more')
  })

  test('a stream warns once, of all its texts', async () => {
    const warnings: string[] = []
    await using warning = await SentenceEncoder.load(TINY, { onWarning: (m) => warnings.push(m) })
    const texts = Array.from({ length: 25 }, (_, i) => (i % 10 === 0 ? '长'.repeat(300) : '短'))
    for await (const { rows } of warning.stream(texts, { blockSize: 10 }))
      expect(rows > 0).toBe(true)
    expect(warnings).toEqual([
      '3 of 25 texts were truncated to 256 tokens; 138 tokens were removed',
    ])
  })

  test('a text over the limit is an error, a warning or silent', async () => {
    const long = ['短', '长文本'.repeat(300)]
    await expect(encoder.encode(long, { truncate: 'error' })).rejects.toMatchObject({
      name: 'InputError',
      code: 'text-too-long',
      facts: { index: 1, truncated: 646, maxLength: 256 },
    })
    const warnings: string[] = []
    await using warning = await SentenceEncoder.load(TINY, { onWarning: (m) => warnings.push(m) })
    await warning.encode(long, silent)
    expect(warnings).toEqual([])
    await warning.encode(long)
    expect(warnings).toEqual(['1 of 2 texts were truncated to 256 tokens; 646 tokens were removed'])
  })

  test('a lower limit gives the vectors of a model with that limit', async () => {
    const folder = changedModel(TINY, {
      'sentence_bert_config.json': (config) => ({ ...config, max_seq_length: 16 }),
    })
    await using short = await SentenceEncoder.load(folder, quiet)
    const ours = await encoder.encode(TEXTS, { ...silent, maxLength: 16 })
    expect(largestDifference(ours.data, (await short.encode(TEXTS, silent)).data)).toBe(0)
  })

  test('normalize scales to length 1 and keeps the direction', async () => {
    const plain = await encoder.encode('花呗怎么还款')
    const unit = await encoder.encode('花呗怎么还款', { normalize: true })
    const length = Math.hypot(...plain)
    expect(Math.hypot(...unit)).toBeCloseTo(1, 6)
    expect(
      largestDifference(
        unit,
        plain.map((x) => x / length),
      ),
    ).toBeLessThan(1e-6)
  })

  test('dimensions keeps the first ones, then normalizes', async () => {
    const plain = await encoder.encode('花呗怎么还款')
    expect([...(await encoder.encode('花呗怎么还款', { dimensions: 8 }))]).toEqual([
      ...plain.slice(0, 8),
    ])
    const unit = await encoder.encode(['花呗怎么还款'], { dimensions: 8, normalize: true })
    expect(Math.hypot(...unit.data)).toBeCloseTo(1, 6)
    expect(unit.dimensions).toBe(8)
  })

  test('a prompt is put before the text', async () => {
    const prompted = await encoder.encode('花呗', { prompt: '问题：' })
    expect([...prompted]).toEqual([...(await encoder.encode('问题：花呗'))])
  })

  test("the model's prompts apply by name and by default", async () => {
    const folder = changedModel(TINY, {
      'config_sentence_transformers.json': (config) => ({
        ...config,
        prompts: { query: '问题：', passage: '' },
        default_prompt_name: 'query',
      }),
    })
    await using prompted = await SentenceEncoder.load(folder, quiet)
    expect([...(await prompted.encode('花呗'))]).toEqual([...(await encoder.encode('问题：花呗'))])
    const passage = await prompted.encode('花呗', { promptName: 'passage' })
    expect([...passage]).toEqual([...(await encoder.encode('花呗'))])
    await expect(prompted.encode('花呗', { promptName: 'document' })).rejects.toThrow(
      'no prompt called "document"; it has: query, passage',
    )
  })

  test('a prompt the pooling leaves out changes the vector but is not averaged', async () => {
    const folder = changedModel(TINY, {
      '1_Pooling/config.json': (config) => ({ ...config, include_prompt: false }),
    })
    await using excluding = await SentenceEncoder.load(folder, quiet)
    const [embedded] = await encoder.tokenEmbeddings(['问题：花呗'])
    const vectors = embedded?.data ?? new Float32Array()
    const kept = [4, 5, 6].map((place) => vectors.subarray(place * 48, (place + 1) * 48))
    expect(embedded?.tokens).toEqual(['[CLS]', '问', '题', '：', '花', '呗', '[SEP]'])
    const mean = Array.from({ length: 48 }, (_, i) =>
      kept.reduce((sum, vector) => sum + (vector[i] ?? 0) / 3, 0),
    )
    const ours = await excluding.encode('花呗', { prompt: '问题：' })
    expect(largestDifference(ours, mean)).toBeLessThan(1e-5)
  })

  test('token vectors average to the sentence vector', async () => {
    const texts = ['花呗怎么还款', '', '一个女人在弹吉他。']
    const { data } = await encoder.encode(texts)
    const all = await encoder.tokenEmbeddings(texts)
    all.forEach(({ data: vectors, tokens, dimensions }, row) => {
      expect(vectors).toHaveLength(tokens.length * dimensions)
      const mean = Array.from({ length: dimensions }, (_, i) =>
        tokens.reduce((sum, _, t) => sum + (vectors[t * dimensions + i] ?? 0) / tokens.length, 0),
      )
      expect(largestDifference(mean, data.subarray(row * 48, (row + 1) * 48))).toBeLessThan(1e-5)
    })
  })

  test('a stream gives the same vectors in blocks', async () => {
    const texts = Array.from({ length: 1000 }, (_, i) => TEXTS[i % TEXTS.length] ?? '')
    const whole = await encoder.encode(texts, silent)
    const blocks: Embeddings[] = []
    for await (const block of encoder.stream(texts.values(), { ...silent, blockSize: 300 })) {
      blocks.push(block)
    }
    expect(blocks.map(({ rows }) => rows)).toEqual([300, 300, 300, 100])
    const joined = blocks.flatMap(({ data }) => [...data])
    expect(largestDifference(joined, whole.data)).toBeLessThanOrEqual(1e-6)
  })

  test('a stream asks for no more texts than a block ahead', async () => {
    let asked = 0
    const texts = (function* () {
      for (;;) {
        asked += 1
        yield `句子${asked}`
      }
    })()
    for await (const block of encoder.stream(texts, { blockSize: 10 })) {
      expect(block.rows).toBe(10)
      break
    }
    expect(asked).toBe(10)
  })

  test('calls at the same time do not mix', async () => {
    const results = await Promise.all(TEXTS.slice(0, 20).map((text) => encoder.encode(text)))
    const { data } = await encoder.encode(TEXTS.slice(0, 20))
    expect(
      largestDifference(
        results.flatMap((vector) => [...vector]),
        data,
      ),
    ).toBeLessThan(1e-6)
  })

  test('progress ends at the total', async () => {
    const seen: number[] = []
    const onProgress = ({ done, total }: { done: number; total: number | undefined }) => {
      expect(total).toBe(TEXTS.length)
      seen.push(done)
    }
    await encoder.encode(TEXTS, { ...silent, batchSize: 10, onProgress })
    expect(seen.at(-1)).toBe(TEXTS.length)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  })

  test('an aborted call stops with the reason', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const many = Array.from({ length: 50_000 }, (_, i) => `第${i}句话`)
    const encoding = encoder.encode(many, { signal: controller.signal })
    controller.abort(reason)
    await expect(encoding).rejects.toBe(reason)
    await expect(encoder.encode('花呗', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  test('similarity of two texts, and of all with all', async () => {
    const [a, b] = ['花呗怎么还款', '花呗如何还钱']
    const score = await encoder.similarity(a, b)
    const self = await encoder.similarity(a, a)
    expect(self).toBeCloseTo(1, 6)
    expect(score).toBeLessThan(self)
    const matrix = await encoder.similarity([a, b], [a, b, '天气'])
    expect([matrix.rows, matrix.dimensions]).toEqual([2, 3])
    expect(matrix.data[1]).toBeCloseTo(score, 5)
    expect(matrix.data[3]).toBeCloseTo(score, 5)
  })

  test('quantised output: bits of the signs, ranges where needed', async () => {
    const { data } = await encoder.encode(['花呗', '天气'], { output: 'ubinary' })
    const plain = await encoder.encode(['花呗', '天气'])
    expect(data).toHaveLength((2 * 48) / 8)
    const bits = [...data].flatMap((byte) => [...byte.toString(2).padStart(8, '0')].map(Number))
    expect(bits).toEqual(Array.from(plain.data, (x) => (x > 0 ? 1 : 0)))
    await expect(encoder.encode('花呗', { output: 'int8' })).rejects.toThrow('needs outputRanges')
  })

  test.each([
    [{ maxLength: 300 }, 'maxLength must be a whole number from 1 to 256, but is 300'],
    [{ dimensions: 49 }, 'dimensions must be a whole number from 1 to 48'],
    [{ batchSize: 0 }, 'batchSize must be a whole number'],
    [{ truncate: 'cut' as 'warn' }, 'truncate must be one of warn, error, silent, but is "cut"'],
    [{ output: 'float16' as 'int8' }, 'output must be one of float32'],
  ])('bad option %j', async (options, message) => {
    await expect(encoder.encode(['花呗'], options)).rejects.toThrow(message)
    await expect(encoder.encode(['花呗'], options)).rejects.toBeInstanceOf(InputError)
  })

  test('a text that is no string', async () => {
    const texts = ['花呗', 3] as unknown as string[]
    await expect(encoder.encode(texts)).rejects.toThrow('number 1 is number')
  })
})

test('a disposed encoder refuses, and lets the program end', async () => {
  const encoder = await SentenceEncoder.load(TINY, quiet)
  const waiting = encoder.encode(Array.from({ length: 5000 }, (_, i) => `第${i}句`))
  const refused = expect(waiting).rejects.toThrow('disposed')
  await encoder.dispose()
  await refused
  await expect(encoder.encode('花呗')).rejects.toMatchObject({ code: 'runtime-ended' })
  await encoder.dispose()
})

test('using and await using dispose at the end of the block', async () => {
  const kept: SentenceEncoder[] = []
  {
    using first = await SentenceEncoder.load(TINY, quiet)
    await using second = await SentenceEncoder.load(TINY, quiet)
    kept.push(first, second)
    expect(await first.encode('花呗')).toEqual(await second.encode('花呗'))
  }
  for (const encoder of kept) {
    await expect(encoder.encode('花呗')).rejects.toMatchObject({ code: 'runtime-ended' })
  }
})

test('WebAssembly gives the same vectors', async () => {
  await using encoder = await SentenceEncoder.load(DENSE, { ...quiet, backend: 'wasm' })
  expect(encoder.backend).toBe('wasm')
  const { data } = await encoder.encode(TEXTS, silent)
  expect(largestDifference(data, golden('tiny-dense-normalize').data)).toBeLessThanOrEqual(1e-5)
})

describe('texts that are tokens already', () => {
  const prepared = (ids: readonly number[]) => {
    return [{ ids: Int32Array.from(ids), truncated: 0, promptLength: 0 }]
  }

  test('give the vectors of the texts', async () => {
    await using encoder = await SentenceEncoder.load(TINY, quiet)
    const texts = TEXTS.slice(0, 20)
    const ready = encoder.tokenize(texts).flatMap(({ ids }) => prepared([...ids]))
    const fromTokens = await encoder.encodePrepared(ready, { normalize: true, dimensions: 5 })
    const fromTexts = await encoder.encode(texts, { ...silent, normalize: true, dimensions: 5 })
    expect(fromTokens).toEqual({ ...fromTexts, truncated: new Int32Array(20) })
  })

  test.each([
    ['tokens-empty', []],
    ['tokens-too-many', Array<number>(257).fill(5)],
    ['token-id-unknown', [101, 21_128]],
    ['token-id-unknown', [-1]],
  ])('%s', async (code, ids) => {
    await using encoder = await SentenceEncoder.load(TINY, quiet)
    const refused = encoder.encodePrepared(prepared(ids))
    await expect(refused).rejects.toThrow(expect.objectContaining({ name: 'InputError', code }))
  })
})

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  exportOnnx,
  loadCheckpoint,
  SentenceEncoder,
  saveActivationRanges,
  saveCheckpoint,
} from 'yuju'
import { Reranker } from 'yuju/rerank'
import { changedModel, temporaryFolder } from './support/model-folder.ts'
import { FIXTURES, readJson } from './support/shared.ts'
import { largestDifference } from './support/vectors.ts'

/** Tiny cross-encoders written by make_rerankers.py, each with a turn that real ones have. */
const RERANKERS = join(FIXTURES, 'rerankers')
const PAIRS = readJson<[string, string][]>(join(RERANKERS, 'pairs.json'))
interface Golden {
  readonly scores: number[]
  readonly logits: number[]
  readonly unprompted: number[]
  readonly ranking: { readonly index: number; readonly score: number }[]
}
const GOLDEN = readJson<Record<string, Golden>>(join(RERANKERS, 'scores.json'))
const NAMES = Object.keys(GOLDEN)
const folderOf = (name: string) => join(RERANKERS, name)
const goldenOf = (name: string) =>
  GOLDEN[name] ?? { scores: [], logits: [], unprompted: [], ranking: [] }
const BERT = folderOf('bert')
const TOLERANCE = 1e-5

const quiet = { onWarning: () => {} }
const load = (name: string, options = {}) => Reranker.load(folderOf(name), { ...quiet, ...options })
const QUERY = PAIRS[0]?.[0] ?? ''
const DOCUMENTS = PAIRS.slice(0, 6).map(([, document]) => document)

describe('scores are those of sentence-transformers', () => {
  test.each(NAMES)('%s', async (name) => {
    const golden = goldenOf(name)
    await using reranker = await load(name)
    const { scores } = await reranker.score(PAIRS)
    expect(largestDifference(scores, golden.scores)).toBeLessThanOrEqual(TOLERANCE)
    const logits = await reranker.score(PAIRS, { activation: 'identity' })
    expect(largestDifference(logits.scores, golden.logits)).toBeLessThanOrEqual(TOLERANCE)
    const { scores: unprompted } = await reranker.score(PAIRS, { prompt: '' })
    expect(largestDifference(unprompted, golden.unprompted)).toBeLessThanOrEqual(TOLERANCE)
  })

  test.each(NAMES)('and so is the ranking of %s', async (name) => {
    const golden = goldenOf(name).ranking
    await using reranker = await load(name)
    const ranking = await reranker.rerank(QUERY, DOCUMENTS, { topK: golden.length })
    expect(ranking.map(({ index }) => index)).toEqual(golden.map(({ index }) => index))
    for (const [rank, { index, score, text }] of ranking.entries()) {
      expect(Math.abs(score - (golden[rank]?.score ?? Number.NaN))).toBeLessThanOrEqual(TOLERANCE)
      expect(text).toBe(DOCUMENTS[index])
    }
  })

  test('in WebAssembly too', async () => {
    await using reranker = await load('bert', { backend: 'wasm' })
    const { scores } = await reranker.score(PAIRS)
    expect(largestDifference(scores, goldenOf('bert').scores)).toBeLessThanOrEqual(TOLERANCE)
  })
})

describe('laws', () => {
  test.each(['bert', 'xlm-roberta', 'bert-modules', 'modernbert', 'qwen3'])(
    'a pair of %s alone is as in a batch, in any order',
    async (name) => {
      await using reranker = await load(name)
      const { scores } = await reranker.score(PAIRS)
      const alone: number[] = []
      for (const pair of PAIRS) alone.push(await reranker.score(pair))
      expect(largestDifference(alone, scores)).toBeLessThanOrEqual(1e-6)
      const reversed = await reranker.score(PAIRS.toReversed(), { batchSize: 3 })
      expect(largestDifference(reversed.scores.toReversed(), scores)).toBeLessThanOrEqual(1e-6)
    },
  )

  test('a stream gives the same, block by block', async () => {
    await using reranker = await load('bert')
    const blocks: Float32Array[] = []
    for await (const { scores } of reranker.stream(PAIRS, { blockSize: 5 })) blocks.push(scores)
    expect(blocks.map(({ length }) => length)).toEqual([5, 5, 2])
    const { scores } = await reranker.score(PAIRS)
    const streamed = blocks.flatMap((block) => [...block])
    expect(largestDifference(streamed, scores)).toBeLessThanOrEqual(1e-6)
  })

  test('which text is the first matters, and equal documents keep their order', async () => {
    await using reranker = await load('bert')
    const [one, other] = [await reranker.score(['a', 'b']), await reranker.score(['b', 'a'])]
    expect(one).not.toBeCloseTo(other, 4)
    const same = await reranker.rerank(QUERY, ['还款', '还款', '还款'])
    expect(same.map(({ index }) => index)).toEqual([0, 1, 2])
    expect(await reranker.rerank(QUERY, [])).toEqual([])
    expect((await reranker.score([])).scores).toHaveLength(0)
  })

  test('truncated pairs are counted and told', async () => {
    const warnings: string[] = []
    await using reranker = await load('bert-identity', {
      onWarning: (warning: string) => warnings.push(warning),
    })
    const { tokens, truncated } = await reranker.score(PAIRS)
    expect(Math.max(...tokens)).toBe(24)
    const cut = truncated.filter((removed) => removed > 0).length
    expect(cut).toBeGreaterThan(2)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(`${cut} of ${PAIRS.length} pairs were truncated to 24 tokens`)
    const strict = reranker.score(PAIRS, { truncate: 'error' })
    await expect(strict).rejects.toMatchObject({ code: 'text-too-long' })
  })

  test('what is no pair, and options out of bounds, are refused', async () => {
    await using reranker = await load('bert')
    const wrong = (pairs: unknown) => reranker.score(pairs as [string, string][])
    await expect(wrong([['a', 'b'], ['c']])).rejects.toMatchObject({ code: 'pair-type' })
    await expect(wrong([['a', 1]])).rejects.toMatchObject({ code: 'text-type' })
    await expect(reranker.rerank('a', ['b'], { topK: 0 })).rejects.toMatchObject({
      code: 'option-range',
    })
    const activation = 'tanh' as 'sigmoid'
    await expect(reranker.score(['a', 'b'], { activation })).rejects.toMatchObject({
      code: 'option-choice',
    })
    const signal = AbortSignal.abort(new Error('the reader went away'))
    await expect(reranker.score(PAIRS, { signal })).rejects.toThrow('the reader went away')
  })
})

describe('in 8 bits', () => {
  test.each(['bert', 'xlm-roberta', 'modernbert', 'qwen3'])(
    'scores of %s are near those of float32',
    async (name) => {
      await using reranker = await load(name, { precision: 'int8' })
      expect(reranker.precision).toBe('int8')
      const { scores } = await reranker.score(PAIRS)
      const golden = goldenOf(name).scores
      expect(largestDifference(scores, golden)).toBeLessThanOrEqual(0.02)
      expect(largestDifference(scores, golden)).toBeGreaterThan(TOLERANCE)
      const alone = await reranker.score(PAIRS[3] ?? ['', ''])
      expect(Math.abs(alone - (scores[3] ?? Number.NaN))).toBeLessThanOrEqual(1e-6)
    },
  )

  test('a folder with ranges runs so', async () => {
    const folder = changedModel(BERT, {})
    const { measureActivationRanges } = await import('yuju')
    const ranges = await measureActivationRanges(await loadCheckpoint(folder), DOCUMENTS)
    await saveActivationRanges(folder, ranges)
    await using reranker = await Reranker.load(folder, quiet)
    expect(reranker.precision).toBe('int8')
  })
})

describe('folders', () => {
  test.each(NAMES.filter((name) => !name.startsWith('qwen3')))(
    '%s is saved as one that gives the same scores',
    async (name) => {
      const folder = join(temporaryFolder(), 'saved')
      const checkpoint = await loadCheckpoint(folderOf(name))
      await saveCheckpoint(folder, checkpoint)
      const again = await loadCheckpoint(folder)
      expect(again.crossEncoder).toEqual(checkpoint.crossEncoder)
      expect(again.maxLength).toBe(checkpoint.maxLength)
      await using reranker = await Reranker.load(folder, quiet)
      const { scores } = await reranker.score(PAIRS)
      expect(largestDifference(scores, goldenOf(name).scores)).toBeLessThanOrEqual(TOLERANCE)
    },
  )

  test('a language model that answers yes or no is not saved, and asks its own question', async () => {
    const folder = folderOf('qwen3')
    const saved = saveCheckpoint(join(temporaryFolder(), 'saved'), await loadCheckpoint(folder))
    await expect(saved).rejects.toMatchObject({ code: 'save-language-model' })
    const changed = changedModel(folder, {})
    const template = '{{ messages | selectattr("role", "eq", "document") }}'
    writeFileSync(join(changed, 'chat_template.jinja'), template)
    await expect(Reranker.load(changed)).rejects.toThrow('asks another question')
    const answers = changedModel(folderOf('qwen3-modules'), {
      '1_LogitScore/config.json': (content) => ({ ...content, true_token_id: 1000 }),
    })
    await expect(Reranker.load(answers)).rejects.toThrow('has no row 1000')
  })

  test('an encoder is no reranker, and a reranker no encoder', async () => {
    const tiny = join(FIXTURES, 'models/tiny-bert-zh')
    await expect(Reranker.load(tiny)).rejects.toMatchObject({
      code: 'checkpoint-kind',
      message: expect.stringContaining('SentenceEncoder'),
    })
    for (const name of ['bert', 'bert-modules']) {
      await expect(SentenceEncoder.load(folderOf(name))).rejects.toMatchObject({
        code: 'checkpoint-kind',
        message: expect.stringContaining('yuju/rerank'),
      })
    }
  })

  test('what the head of a folder has and yuju does not know is refused by name', async () => {
    const changed = (file: string, fields: object, folder = BERT) =>
      Reranker.load(changedModel(folder, { [file]: (content) => ({ ...content, ...fields }) }))
    const activation = { activation_fn: 'torch.nn.modules.activation.Tanh' }
    await expect(changed('config.json', { sentence_transformers: activation })).rejects.toThrow(
      'activation.Tanh is neither',
    )
    const modules = folderOf('bert-modules')
    await expect(
      changed('sentence_bert_config.json', { module_output_name: 'embeddings' }, modules),
    ).rejects.toMatchObject({ code: 'checkpoint-config' })
    const roberta = { model_type: 'roberta', pad_token_id: 1 }
    await expect(changed('config.json', roberta)).rejects.toMatchObject({
      code: 'checkpoint-cross-encoder',
      message: expect.stringContaining('classifier.dense.weight'),
    })
  })

  test('segments that the model has no rows for are refused', async () => {
    const folder = changedModel(folderOf('bert-modules'), {
      // BertTokenizer has a template of its own.
      'tokenizer_config.json': (content) => ({
        ...content,
        tokenizer_class: 'PreTrainedTokenizerFast',
      }),
      'tokenizer.json': (content) => ({
        ...content,
        post_processor: JSON.parse(
          JSON.stringify(content.post_processor).replaceAll('"type_id":1', '"type_id":2'),
        ),
      }),
    })
    await expect(Reranker.load(folder)).rejects.toMatchObject({ code: 'checkpoint-segments' })
  })

  test('one with more labels than a score is a classifier', async () => {
    const folder = changedModel(BERT, {})
    const checkpoint = await loadCheckpoint(BERT)
    const bytes = new Uint8Array(3 * 16 * 4)
    const { safetensorsBytes } = await import('../src/checkpoint/index.ts')
    const weights = [...checkpoint.weights.values()].map((weight) => ({
      ...weight,
      name: `bert.${weight.name}`,
    }))
    const labels = { name: 'classifier.weight', type: 'float32', shape: [3, 16], data: { bytes } }
    writeFileSync(
      join(folder, 'model.safetensors'),
      await safetensorsBytes([...weights, { ...labels, type: 'float32' }]),
    )
    await expect(Reranker.load(folder)).rejects.toThrow('classifier of 3 labels')
  })

  test('the ONNX export gives logits', async () => {
    const folder = join(temporaryFolder(), 'exported')
    mkdirSync(folder)
    await exportOnnx(await loadCheckpoint(BERT), folder)
    const { InferenceSession, Tensor } = await import('onnxruntime-node')
    const session = await InferenceSession.create(join(folder, 'onnx/model.onnx'))
    expect(session.outputNames).toEqual(['last_hidden_state', 'logits'])
    await using reranker = await load('bert')
    const { ids, typeIds } = reranker.tokenizer.encodePair('花呗', '还款')
    const matrix = (data: Int32Array) =>
      new Tensor('int64', BigInt64Array.from(data, BigInt), [1, data.length])
    const { logits } = await session.run({
      input_ids: matrix(ids),
      token_type_ids: matrix(typeIds),
      attention_mask: matrix(ids.map(() => 1)),
    })
    const expected = await reranker.score(['花呗', '还款'], { activation: 'identity' })
    expect(Number(logits?.data[0])).toBeCloseTo(expected, 5)
  })
})

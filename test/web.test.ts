import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  exportWeb,
  loadCheckpoint,
  measureActivationRanges,
  pairwiseSimilarity,
  SentenceEncoder,
  saveActivationRanges,
} from 'yuju'
import type { WebManifest } from '../src/checkpoint/index.ts'
import { chromiumPath } from './support/chromium.ts'
import { readNpy } from './support/npy.ts'
import { FIXTURES, readJson, sharedPath } from './support/shared.ts'
import { StaticServer } from './support/static-server.ts'
import { largestDifference } from './support/vectors.ts'
import { ask, type BuiltFile, buildPage, launchChromium } from './support/web-page.ts'

const TEXTS = readJson<string[]>(join(FIXTURES, 'texts.json'))
const MODELS = join(FIXTURES, 'models')
const VARIANTS = join(FIXTURES, 'variants')

const chromium = chromiumPath()
const work = mkdtempSync(join(tmpdir(), 'yuju-web-'))
let files: readonly BuiltFile[] = []

beforeAll(async () => {
  files = await buildPage(join(work, 'page'))
}, 600_000)
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** A copy of a model folder that browsers can load, below the server's `/models/`. */
async function publish(folder: string, name: string): Promise<string> {
  const copy = join(work, 'models', name)
  cpSync(folder, copy, { recursive: true })
  await exportWeb(copy)
  return copy
}

describe('the bundle', () => {
  const chunks = () => files.flatMap((file) => (file.type === 'chunk' ? [file] : []))

  test('has nothing of Node, and no part of yuju that needs it', () => {
    const modules = chunks().flatMap(({ moduleIds }) => moduleIds)
    expect(modules.length).toBeGreaterThan(0)
    const ofNode = modules.filter((id) =>
      /^node:|__vite-browser-external|onnxruntime-node/.test(id),
    )
    expect(ofNode).toEqual([])
    const code = chunks().map(({ code }) => code)
    expect(code.join('\n')).not.toMatch(/node:(fs|path|crypto|worker_threads|url|os)/)
  })

  test('is below 72 kB with gzip, every family and rerankers, the runtime left out', () => {
    const scripts = files.filter(({ fileName }) => fileName.endsWith('.js'))
    const sizes = scripts.map((file) => {
      const source = file.type === 'chunk' ? file.code : Buffer.from(file.source)
      return { name: file.fileName, bytes: gzipSync(source, { level: 9 }).length }
    })
    // The other workers' scripts are the runtime, and little more, which is in the page's too; PyTorch's
    // files are read by code that is loaded for a model that has such a file.
    const ours = sizes.filter(({ name }) => !/wasm-worker|webgpu-worker|torch-file/.test(name))
    console.warn(ours.map(({ name, bytes }) => `${name}: ${bytes} bytes with gzip`).join('\n'))
    expect(ours).toHaveLength(2)
    expect(ours.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(72_000)
  })
})

describe.skipIf(!chromium)('in Chromium', () => {
  let browser: Browser
  let context: BrowserContext
  let server: StaticServer
  let address: string

  beforeAll(async () => {
    browser = await launchChromium(chromium ?? '')
    context = await browser.newContext()
    server = new StaticServer({ isIsolated: false })
    server.mount('/', join(work, 'page'))
    server.mount('/models/', join(work, 'models'))
    address = await server.listen()
    await publish(join(MODELS, 'tiny-bert-zh'), 'tiny')
    await publish(join(MODELS, 'tiny-dense-normalize'), 'dense')
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  /** A tab that is closed when the test ends. */
  async function open(at = address): Promise<Page> {
    const page = await context.newPage()
    onTestFinished(() => page.close())
    await page.goto(at)
    await page.waitForFunction(() => 'asked' in globalThis)
    return page
  }

  /** The same for a visitor who was never here: no model is kept. */
  async function openNew(): Promise<Page> {
    const page = await open()
    await ask(page, 'forget')
    return page
  }

  /** Golden vectors of sentence-transformers 6.2.0: alone, in one batch, shuffled. */
  async function expectGolden(name: string, npy: string, texts = TEXTS): Promise<void> {
    const page = await open()
    const gold = readNpy(npy)
    const { dimensions } = await ask(page, 'load', `models/${name}/`)
    expect(dimensions).toBe(gold.columns)
    const together = await ask(page, 'together', texts)
    expect(largestDifference(together, gold.data)).toBeLessThanOrEqual(1e-4)
    const alone = await ask(page, 'alone', texts)
    expect(largestDifference(alone, gold.data)).toBeLessThanOrEqual(1e-4)
    // WebAssembly's matrix products add up in an order that depends on the number of rows.
    expect(largestDifference(alone, together)).toBeLessThanOrEqual(1e-5)
    const shuffled = await ask(page, 'shuffled', texts)
    expect(largestDifference(shuffled, gold.data)).toBeLessThanOrEqual(1e-4)
  }

  describe('vectors are those of sentence-transformers', () => {
    test('pickle weights, vocab.txt, old folder layout, mean pooling', () =>
      expectGolden('tiny', join(FIXTURES, 'embeddings/tiny-bert-zh.npy')))

    test('safetensors, tokenizer.json, new layout, dense with tanh, normalize', () =>
      expectGolden('dense', join(FIXTURES, 'embeddings/tiny-dense-normalize.npy')))

    test.each(['cls', 'max', 'mean_sqrt_len_tokens', 'weightedmean', 'lasttoken'])(
      'pooling %s',
      async (mode) => {
        const source = join(work, `source-${mode}`)
        cpSync(join(MODELS, 'tiny-bert-zh'), source, { recursive: true })
        const config = { word_embedding_dimension: 48, pooling_mode: mode }
        writeFileSync(join(source, '1_Pooling/config.json'), JSON.stringify(config))
        await publish(source, mode)
        await expectGolden(mode, join(FIXTURES, `embeddings/tiny-bert-zh.${mode}.npy`))
      },
    )

    test.each(['bfloat16', 'gelu-tanh', 'prefixed', 'relu', 'two-poolings', 'xlm-roberta'])(
      'variant %s',
      async (variant) => {
        await publish(join(VARIANTS, variant), variant)
        const texts = readJson<string[]>(join(VARIANTS, 'texts.json'))
        await expectGolden(variant, join(VARIANTS, `${variant}.npy`), texts)
      },
    )

    const e5 = sharedPath('models/e5-small-zh')
    test.skipIf(!e5)('e5-small-zh: float16 weights, Unigram tokenizer, normalize', async () => {
      await publish(e5 ?? '', 'e5')
      await expectGolden('e5', sharedPath('fixtures/embeddings/e5-small-zh.npy') ?? '')
    })
  })

  describe('8 bits', () => {
    test('are computed where a model brings its ranges, as in Node', async () => {
      const source = join(work, 'source-eight')
      cpSync(join(MODELS, 'tiny-bert-zh'), source, { recursive: true })
      const ranges = await measureActivationRanges(await loadCheckpoint(source), TEXTS.slice(0, 40))
      await saveActivationRanges(source, ranges)
      await publish(source, 'eight')
      await using node = await SentenceEncoder.load(source, { onWarning: () => {} })
      expect(node.precision).toBe('int8')
      const expected = await node.encode(TEXTS, { truncate: 'silent' })
      const page = await open()
      await ask(page, 'load', 'models/eight/')
      const found = Float32Array.from(await ask(page, 'together', TEXTS))
      const { rows, dimensions } = expected
      const similarities = pairwiseSimilarity('cosine', expected, { data: found, rows, dimensions })
      expect(similarities.reduce((sum, value) => sum + value, 0) / rows).toBeGreaterThan(0.999)
      await ask(page, 'load', 'models/eight/', { precision: 'float32' })
      const gold = readNpy(join(FIXTURES, 'embeddings/tiny-bert-zh.npy'))
      const exact = await ask(page, 'together', TEXTS)
      expect(largestDifference(exact, gold.data)).toBeLessThanOrEqual(1e-4)
      expect(largestDifference(found, gold.data)).toBeGreaterThan(1e-4)
    })

    test('are refused where it brings none', async () => {
      const failure = await ask(await open(), 'loadFailure', 'models/tiny/', { precision: 'int8' })
      expect(failure).toMatchObject({
        code: 'precision-ranges',
        message: expect.stringContaining('yuju quantize'),
      })
    })
  })

  test('tokens, similarity and the facts of a model are those of Node', async () => {
    const page = await openNew()
    await using node = await SentenceEncoder.load(join(MODELS, 'tiny-bert-zh'), {
      onWarning: () => {},
    })
    expect(await ask(page, 'load', 'models/tiny/')).toEqual({
      backend: 'wasm',
      threads: 1,
      dimensions: node.dimensions,
      maxLength: node.maxLength,
      similarityName: node.similarityName,
      warnings: [],
    })
    const tokens = node.tokenize(TEXTS).map(({ ids, truncated }) => ({ ids: [...ids], truncated }))
    expect(await ask(page, 'tokens', TEXTS)).toEqual(tokens)
    const [a, b] = ['花呗怎么还款', '花呗如何还钱']
    const score = await ask(page, 'similarity', a, b)
    expect(score).toBeCloseTo(await node.similarity(a, b), 5)
  })

  test.each(['bert', 'xlm-roberta'])('a cross-encoder scores as in Node: %s', async (name) => {
    const rerankers = join(FIXTURES, 'rerankers')
    const pairs = readJson<[string, string][]>(join(rerankers, 'pairs.json')).slice(0, 6)
    await publish(join(rerankers, name), `rerank-${name}`)
    const { scores, order } = await ask(await open(), 'rerank', `models/rerank-${name}/`, pairs)
    const golden = readJson<Record<string, { scores: number[] }>>(join(rerankers, 'scores.json'))
    const expected = golden[name]?.scores.slice(0, 6) ?? []
    expect(largestDifference(scores, expected)).toBeLessThanOrEqual(1e-4)
    const ranked = expected.map((_, index) => index)
    expect(order).toEqual(ranked.sort((a, b) => (expected[b] ?? 0) - (expected[a] ?? 0)))
  })

  test('a model of the other kind is refused', async () => {
    await publish(join(FIXTURES, 'rerankers/bert'), 'rerank-bert')
    const page = await open()
    const kind = { code: 'checkpoint-kind' }
    expect(await ask(page, 'loadFailure', 'models/rerank-bert/')).toMatchObject(kind)
    expect(await ask(page, 'rerankFailure', 'models/tiny/')).toMatchObject(kind)
  })

  describe('files', () => {
    test('are fetched with progress, and kept', async () => {
      const seen = await ask(await openNew(), 'progress', 'models/dense/')
      const total = seen.at(-1)?.total
      expect(seen.at(-1)?.bytes).toBe(total)
      expect(seen.map(({ bytes }) => bytes)).toEqual(
        seen.map(({ bytes }) => bytes).toSorted((a, b) => a - b),
      )
      server.requests.length = 0
      await ask(await open(), 'load', 'models/dense/')
      const asked = server.requests.filter((path) => path.startsWith('/models/'))
      expect(asked).toEqual(['/models/dense/yuju-web.json'])
    })

    test('are enough when the server is gone', async () => {
      await ask(await openNew(), 'load', 'models/dense/')
      const page = await open()
      server.fail('/models/dense/yuju-web.json', [503, 503, 503])
      const { warnings } = await ask(page, 'load', 'models/dense/')
      expect(warnings).toEqual([expect.stringContaining('kept from an earlier visit')])
      expect(await ask(page, 'together', ['花呗'])).toHaveLength(32)
    })

    test('are fetched once by two tabs that open at the same time', async () => {
      const tabs = [await openNew(), await open()]
      server.requests.length = 0
      await Promise.all(tabs.map((tab) => ask(tab, 'load', 'models/tiny/')))
      const weights = server.requests.filter((path) => path.endsWith('pytorch_model.bin'))
      expect(weights).toHaveLength(1)
      const vectors = await Promise.all(tabs.map((tab) => ask(tab, 'together', TEXTS)))
      expect(vectors[0]).toEqual(vectors[1])
    })

    test.each([['cut', 503], ['corrupt']] as const)(
      'that come with %s once are fetched again',
      async (...faults) => {
        const page = await openNew()
        server.fail('/models/dense/model.safetensors', faults)
        const { warnings } = await ask(page, 'load', 'models/dense/')
        expect(warnings).toEqual([])
      },
    )

    test.each([
      ['cut', 'hub-unreachable', 'could not be fetched'],
      ['corrupt', 'hub-checksum', 'instead of'],
    ] as const)('that never come whole (%s) are an error', async (fault, code, what) => {
      const page = await openNew()
      server.fail('/models/dense/model.safetensors', Array(9).fill(fault))
      const failure = await ask(page, 'loadFailure', 'models/dense/')
      server.fail('/models/dense/model.safetensors', [])
      expect(failure).toMatchObject({ name: 'HubError', code })
      expect(failure?.message).toContain(what)
      await ask(page, 'load', 'models/dense/')
      expect(await ask(page, 'together', ['花呗'])).toHaveLength(32)
    })

    test('that the browser kept damaged are fetched again', async () => {
      const page = await openNew()
      await ask(page, 'load', 'models/dense/')
      await ask(page, 'damageKept', 'models/dense/model.safetensors')
      const { warnings } = await ask(page, 'load', 'models/dense/')
      expect(warnings).toEqual([expect.stringContaining('kept damaged')])
    })

    test('of an older version go when a newer one has come', async () => {
      const folder = await publish(join(VARIANTS, 'relu'), 'changing')
      const page = await openNew()
      await ask(page, 'load', 'models/changing/')
      const before = await ask(page, 'kept')
      writeFileSync(join(folder, 'sentence_bert_config.json'), '{ "max_seq_length": 9 }')
      await exportWeb(folder)
      expect(await ask(page, 'load', 'models/changing/')).toMatchObject({ maxLength: 9 })
      const after = await ask(page, 'kept')
      const changed = after.filter((url) => !before.includes(url))
      expect(changed).toEqual([expect.stringContaining('sentence_bert_config.json?sha256=')])
      expect(after).toHaveLength(before.length)
    })

    test('of a folder that was not written for browsers are an error that says so', async () => {
      const page = await openNew()
      expect(await ask(page, 'loadFailure', 'models/none/')).toMatchObject({
        code: 'hub-status',
        message: expect.stringContaining('yuju export --web'),
      })
      const broken = await publish(join(VARIANTS, 'relu'), 'broken')
      writeFileSync(join(broken, 'yuju-web.json'), '{ "format": 2 }')
      expect(await ask(page, 'loadFailure', 'models/broken/')).toMatchObject({
        name: 'CheckpointError',
        code: 'checkpoint-web-manifest',
      })
    })
  })

  test('the page has its turns while 1,000 sentences are encoded', async () => {
    const page = await openNew()
    await ask(page, 'load', 'models/tiny/')
    const texts = Array.from({ length: 1000 }, (_, i) => `${TEXTS[i % TEXTS.length]}${i}`)
    expect(await ask(page, 'turnsMeanwhile', texts)).toBeGreaterThan(10)
  })

  test('a disposed encoder refuses, and its workers are gone', async () => {
    const page = await openNew()
    await ask(page, 'load', 'models/dense/')
    expect(page.workers()).toHaveLength(1)
    await ask(page, 'dispose')
    expect(await ask(page, 'encodeFailure', '花呗')).toMatchObject({ code: 'runtime-ended' })
    await expect.poll(() => page.workers().length).toBe(0)
  })

  describe('threads', () => {
    test('without cross-origin isolation there is one, and it is said', async () => {
      const page = await openNew()
      expect(await ask(page, 'isIsolated')).toBe(false)
      expect(await ask(page, 'load', 'models/dense/', { threads: 2 })).toMatchObject({
        threads: 1,
        warnings: [expect.stringContaining('not cross-origin isolated')],
      })
    })

    test('with it there are as many as asked for, and the vectors stay the same', async () => {
      const isolated = new StaticServer({ isIsolated: true })
      isolated.mount('/', join(work, 'page'))
      isolated.mount('/models/', join(work, 'models'))
      const page = await open(await isolated.listen())
      onTestFinished(() => isolated.close())
      expect(await ask(page, 'isIsolated')).toBe(true)
      const loaded = await ask(page, 'load', 'models/dense/', { threads: 2 })
      expect(loaded).toMatchObject({ threads: 2, warnings: [] })
      const gold = readNpy(join(FIXTURES, 'embeddings/tiny-dense-normalize.npy'))
      const together = await ask(page, 'together', TEXTS)
      expect(largestDifference(together, gold.data)).toBeLessThanOrEqual(1e-4)
      expect(page.workers().length).toBeGreaterThan(1)
    })
  })

  test('without WebGPU, asking for it is an error, and not asking gives WebAssembly', async () => {
    const page = await openNew()
    if (await ask(page, 'hasWebGpu')) return console.warn('skipped: this Chromium has WebGPU')
    const failure = await ask(page, 'loadFailure', 'models/dense/', { backend: 'webgpu' })
    expect(failure).toMatchObject({ name: 'RuntimeError' })
    expect(await ask(page, 'load', 'models/dense/')).toMatchObject({ backend: 'wasm' })
  })
})

test('the manifest lists what loading reads, and its vectors are golden', async () => {
  const folder = await publish(join(MODELS, 'tiny-dense-normalize'), 'manifest')
  const manifest = JSON.parse(readFileSync(join(folder, 'yuju-web.json'), 'utf8'))
  expect(manifest.files.map(({ path }: { path: string }) => path)).toEqual([
    '1_Pooling/config.json',
    '2_Dense/config.json',
    '2_Dense/model.safetensors',
    '3_Normalize/config.json',
    'config.json',
    'config_sentence_transformers.json',
    'model.safetensors',
    'modules.json',
    'sentence_bert_config.json',
    'tokenizer.json',
    'tokenizer_config.json',
  ])
  await using encoder = await SentenceEncoder.load(folder, { onWarning: () => {} })
  const { texts, vectors }: WebManifest['check'] = manifest.check
  const { data } = await encoder.encode(texts)
  expect(largestDifference(vectors.flat(), data)).toBeLessThan(1e-7)
})

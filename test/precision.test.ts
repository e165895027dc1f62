import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  loadCheckpoint,
  measureActivationRanges,
  SentenceEncoder,
  saveActivationRanges,
} from 'yuju'
import { temporaryFolder } from './support/model-folder.ts'
import { retrievalFolder } from './support/retrieval-folder.ts'
import { FIXTURES } from './support/shared.ts'
import { yuju } from './support/yuju-command.ts'

const TINY = join(FIXTURES, 'models/tiny-bert-zh')
const TEXTS = ['花呗怎么还款', '', '今天天气真不错', 'Hello, world', '𠮷野家'.repeat(40), '好']
const quiet = { onWarning: () => {} }
const options = { truncate: 'silent', normalize: true } as const

function copyOf(model: string): string {
  const folder = join(temporaryFolder(), 'model')
  cpSync(model, folder, { recursive: true })
  return folder
}

describe('in 8 bits', () => {
  test.each(['models/tiny-bert-zh', 'models/tiny-dense-normalize', 'variants/relu'])(
    'vectors of %s point where those of float32 do, alone and in a batch',
    async (name) => {
      const model = join(FIXTURES, name)
      await using exact = await SentenceEncoder.load(model, { ...quiet, precision: 'float32' })
      await using encoder = await SentenceEncoder.load(model, { ...quiet, precision: 'int8' })
      expect([exact.precision, encoder.precision]).toEqual(['float32', 'int8'])
      const [expected, found] = [
        await exact.encode(TEXTS, options),
        await encoder.encode(TEXTS, options),
      ]
      const { dimensions } = found
      for (const [row, text] of TEXTS.entries()) {
        const at = row * dimensions
        const vector = found.data.subarray(at, at + dimensions)
        const cosine = vector.reduce(
          (sum, value, i) => sum + value * (expected.data[at + i] ?? 0),
          0,
        )
        expect(cosine).toBeGreaterThan(0.99)
        expect(await encoder.encode(text, options)).toEqual(vector.slice())
      }
      expect(found.data).not.toEqual(expected.data)
    },
  )

  test('in WebAssembly vectors are those of the native runtime', async () => {
    await using native = await SentenceEncoder.load(TINY, { ...quiet, precision: 'int8' })
    await using wasm = await SentenceEncoder.load(TINY, {
      ...quiet,
      precision: 'int8',
      backend: 'wasm',
    })
    const [expected, found] = [
      await native.encode(TEXTS, options),
      await wasm.encode(TEXTS, options),
    ]
    found.data.forEach((value, i) => {
      expect(value).toBeCloseTo(expected.data[i] ?? Number.NaN, 2)
    })
  })
})

describe('a model folder', () => {
  test('with ranges is run in 8 bits, where nothing else is asked for', async () => {
    const folder = copyOf(TINY)
    const checkpoint = await loadCheckpoint(folder)
    await saveActivationRanges(folder, await measureActivationRanges(checkpoint, TEXTS))
    await using encoder = await SentenceEncoder.load(folder, quiet)
    await using given = await SentenceEncoder.load(TINY, {
      ...quiet,
      precision: 'int8',
      activationRanges: await measureActivationRanges(checkpoint, TEXTS),
    })
    await using exact = await SentenceEncoder.load(folder, { ...quiet, precision: 'float32' })
    await using original = await SentenceEncoder.load(TINY, quiet)
    expect([encoder.precision, original.precision]).toEqual(['int8', 'float32'])
    expect(await encoder.encode(TEXTS)).toEqual(await given.encode(TEXTS))
    expect(await exact.encode(TEXTS)).toEqual(await original.encode(TEXTS))
  })

  test('with the ranges of another model is refused', async () => {
    const folder = copyOf(TINY)
    const columns = { smallest: new Float32Array(3), largest: new Float32Array(3) }
    await saveActivationRanges(
      folder,
      new Map([['encoder.layer.0.attention.self.query.', columns]]),
    )
    await expect(SentenceEncoder.load(folder, quiet)).rejects.toMatchObject({
      code: 'checkpoint-ranges',
      message: expect.stringContaining('make them again with yuju quantize'),
    })
  })

  test('with a damaged file of ranges is refused', async () => {
    const folder = copyOf(TINY)
    writeFileSync(join(folder, 'activation_ranges.safetensors'), 'nothing')
    await expect(SentenceEncoder.load(folder, quiet)).rejects.toMatchObject({
      code: 'checkpoint-safetensors',
    })
  })

  test('cannot be asked for a precision there is none of', async () => {
    const precision = 'int4' as 'int8'
    await expect(SentenceEncoder.load(TINY, { precision })).rejects.toThrow('float32, int8')
  })
})

describe('yuju quantize', () => {
  /** A folder with one task, whose pairs are more similar the more they share. */
  function tasks(): string {
    const folder = temporaryFolder()
    const texts = [
      '花呗怎么还款',
      '借呗怎么还款',
      '今天天气真不错',
      '一个女人在弹吉他。',
      '打开微信',
    ]
    const rows = texts.flatMap((a, i) => texts.map((b, j) => `${a}\t${b}\t${5 - Math.abs(i - j)}`))
    mkdirSync(join(folder, 'csts'))
    writeFileSync(join(folder, 'csts/dev.tsv'), rows.join('\n'))
    return folder
  }

  test('shows both scores and leaves the ranges beside the model', async () => {
    const [folder, cache] = [copyOf(TINY), temporaryFolder()]
    const words = ['quantize', folder, '--data', tasks(), '--tasks', 'csts_dev', '--loss', '50']
    const set = retrievalFolder()
    const flags = ['--retrieval', set, '--vector-cache', cache, '--json']
    const { code, stdout } = await yuju(...words, ...flags)
    expect(code).toBe(0)
    const both = { float32: expect.any(Number), int8: expect.any(Number) }
    const { tasks: onTasks, retrieval } = JSON.parse(stdout)
    expect(onTasks.scores).toEqual([{ name: 'csts_dev', ...both }])
    expect(onTasks.loss).toBeCloseTo(onTasks.average.float32 - onTasks.average.int8, 10)
    expect(retrieval.scores).toEqual([{ name: basename(set), float32: 100, int8: 100 }])
    await using encoder = await SentenceEncoder.load(folder, quiet)
    expect(encoder.precision).toBe('int8')
  })

  test('saves nothing where 8 bits lose more than allowed, which is no wrong usage', async () => {
    const folder = copyOf(TINY)
    const words = ['quantize', folder, '--data', tasks(), '--tasks', 'csts_dev', '--loss', '0']
    const { code, stderr } = await yuju(...words, '--vector-cache', temporaryFolder())
    const saved = existsSync(join(folder, 'activation_ranges.safetensors'))
    if (code === 0) expect(saved).toBe(true)
    else
      expect([code, saved, stderr]).toEqual([1, false, expect.stringContaining('--loss allows 0')])
  })

  test.each([
    [['--loss=-1'], 2, '--loss must be a number from 0'],
    [[], 2, '--data is missing'],
  ])('refuses %o', async (flags, code, message) => {
    const result = await yuju(
      'quantize',
      TINY,
      ...flags,
      ...(flags.length > 0 ? ['--data', '.'] : []),
    )
    expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(message)])
  })
})

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { changedModel } from './support/model-folder.ts'
import { readNpy } from './support/npy.ts'
import { FIXTURES, readJson } from './support/shared.ts'
import { largestDifference } from './support/vectors.ts'

/** Tiny models written by make_variants.py, each with a turn that real models have. */
const VARIANTS = join(FIXTURES, 'variants')
const TEXTS = readJson<string[]>(join(VARIANTS, 'texts.json'))
const quiet = { onWarning: () => {} }

describe('vectors are those of sentence-transformers', () => {
  test.each(['relu', 'gelu-tanh', 'two-poolings', 'bfloat16', 'prefixed', 'xlm-roberta'])(
    '%s',
    async (name) => {
      const golden = readNpy(join(VARIANTS, `${name}.npy`))
      await using encoder = await SentenceEncoder.load(join(VARIANTS, name), quiet)
      const { data, dimensions } = await encoder.encode(TEXTS)
      expect(dimensions).toBe(golden.columns)
      expect(largestDifference(data, golden.data)).toBeLessThanOrEqual(1e-5)
    },
  )
})

describe('a folder that does not fit together is refused', () => {
  const load = (folder: string) => SentenceEncoder.load(folder, quiet)

  test('more tokens than rows of the embedding table', async () => {
    const folder = changedModel(join(FIXTURES, 'variants/relu'), {})
    const { writeFileSync, readFileSync } = await import('node:fs')
    const vocabulary = join(folder, 'vocab.txt')
    writeFileSync(vocabulary, `${readFileSync(vocabulary, 'utf8')}多\n余\n`)
    await expect(load(folder)).rejects.toMatchObject({
      name: 'CheckpointError',
      code: 'checkpoint-vocabulary-size',
    })
  })

  test('NaN weights', async () => {
    const folder = changedModel(join(FIXTURES, 'variants/relu'), {})
    const { writeFileSync, readFileSync } = await import('node:fs')
    const path = join(folder, 'model.safetensors')
    const bytes = readFileSync(path)
    bytes.writeFloatLE(Number.NaN, bytes.length - 4)
    writeFileSync(path, bytes)
    await expect(load(folder)).rejects.toMatchObject({ code: 'checkpoint-not-finite' })
  })

  test('an activation, an architecture, a pooling that is not known', async () => {
    const changed = (file: string, fields: object) =>
      load(
        changedModel(join(FIXTURES, 'variants/relu'), {
          [file]: (content) => ({ ...content, ...fields }),
        }),
      )
    await expect(changed('config.json', { hidden_act: 'mish' })).rejects.toThrow('mish')
    await expect(changed('config.json', { model_type: 'deberta' })).rejects.toThrow('deberta')
    const pooling = { pooling_mode: 'attention' }
    await expect(changed('1_Pooling/config.json', pooling)).rejects.toThrow('attention')
  })

  test('no folder, and no model name', async () => {
    await expect(load('/nowhere/at/all')).rejects.toMatchObject({
      code: 'checkpoint-folder-missing',
    })
    await expect(SentenceEncoder.load('')).rejects.toMatchObject({ code: 'model-missing' })
  })
})

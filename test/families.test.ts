import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { readNpy } from './support/npy.ts'
import { FIXTURES, readJson } from './support/shared.ts'
import { largestDifference } from './support/vectors.ts'

/** Tiny encoders of every family, written by make_families.py. */
const FAMILIES = join(FIXTURES, 'families')
const TEXTS = readJson<string[]>(join(FAMILIES, 'texts.json'))
const NAMES = [
  'modern-bert',
  'modern-bert-older',
  'qwen3',
  'qwen3-sliding',
  'gemma3',
  'gemma3-causal',
]
const TOLERANCE = 1e-5
const quiet = { onWarning: () => {} }

const load = (name: string, options = {}) =>
  SentenceEncoder.load(join(FAMILIES, name), { ...quiet, precision: 'float32', ...options })

describe.each(NAMES)('%s', (name) => {
  const golden = readNpy(join(FAMILIES, `${name}.npy`))

  test.each(['native', 'wasm'] as const)(
    'vectors are those of the reference (%s)',
    async (backend) => {
      await using encoder = await load(name, { backend })
      const { data, dimensions } = await encoder.encode(TEXTS)
      expect(dimensions).toBe(golden.columns)
      expect(largestDifference(data, golden.data)).toBeLessThanOrEqual(TOLERANCE)
    },
  )

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

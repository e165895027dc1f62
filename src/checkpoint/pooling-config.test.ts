import { describe, expect, test } from 'vitest'
import { POOLING_MODES, type PoolingMode } from '../model/index.ts'
import { parsePooling, poolingConfig } from './pooling-config.ts'

function parse(content: unknown) {
  return parsePooling(content, { folder: 'model', path: '1_Pooling', hiddenSize: 4 })
}

describe('both generations of keys', () => {
  test.each<readonly [string, string, PoolingMode]>([
    ['pooling_mode_cls_token', 'cls', 'cls'],
    ['pooling_mode_max_tokens', 'max', 'max'],
    ['pooling_mode_mean_tokens', 'mean', 'mean'],
    ['pooling_mode_mean_sqrt_len_tokens', 'mean_sqrt_len_tokens', 'mean_sqrt_len'],
    ['pooling_mode_weightedmean_tokens', 'weightedmean', 'weightedmean'],
    ['pooling_mode_lasttoken', 'lasttoken', 'lasttoken'],
  ])('%s and pooling_mode %s', (older, newer, mode) => {
    const spec = { kind: 'pooling', modes: [mode], includePrompt: true }
    expect(parse({ word_embedding_dimension: 4, [older]: true })).toEqual(spec)
    expect(parse({ embedding_dimension: 4, pooling_mode: newer })).toEqual(spec)
    expect(parse({ pooling_mode: [newer], include_prompt: true })).toEqual(spec)
  })

  test('several switches, in the order of the modes', () => {
    const switches = { pooling_mode_mean_tokens: true, pooling_mode_cls_token: true }
    expect(parse({ ...switches, pooling_mode_max_tokens: false }).modes).toEqual(['cls', 'mean'])
  })

  test('several names, in the order given', () => {
    expect(parse({ pooling_mode: ['mean', 'cls'] }).modes).toEqual(['mean', 'cls'])
  })

  test('where both are there, the newer counts', () => {
    const both = { pooling_mode: 'max', pooling_mode_mean_tokens: true }
    expect(parse(both).modes).toEqual(['max'])
  })

  test('the prompt may be left out', () => {
    expect(parse({ pooling_mode: 'mean', include_prompt: false }).includePrompt).toBe(false)
  })
})

test.each<readonly [unknown, string]>([
  [{ pooling_mode: 'median' }, 'pooling median is not one of cls, max, mean, mean_sqrt_len_tokens'],
  [{ pooling_mode: ['mean', 'toString'] }, 'pooling toString is not one of'],
  [{ pooling_mode: 'mean_sqrt_len' }, 'pooling mean_sqrt_len is not one of'],
  [{ pooling_mode: [] }, 'pooling_mode'],
  [{ word_embedding_dimension: 4 }, 'it names no pooling mode'],
  [{ pooling_mode_mean_tokens: false }, 'it names no pooling mode'],
  [
    { pooling_mode_median_tokens: true, pooling_mode_mean_tokens: true },
    'pooling_mode_median_tokens',
  ],
  [{ pooling_mode_mean_tokens: 1 }, 'pooling_mode_mean_tokens'],
  [
    { word_embedding_dimension: 8, pooling_mode_mean_tokens: true },
    'it pools 8 numbers, but the encoder has 4',
  ],
  [{ embedding_dimension: 8, pooling_mode: 'mean' }, 'it pools 8 numbers, but the encoder has 4'],
  [[], 'expected object'],
])('%j is refused', (content, what) => {
  expect(() => parse(content)).toThrow(
    expect.objectContaining({
      name: 'CheckpointError',
      code: 'checkpoint-pooling',
      message: expect.stringMatching(`^model/1_Pooling/config\\.json cannot be used: [^]*${what}`),
      facts: { folder: 'model', path: '1_Pooling' },
    }),
  )
})

describe('what is saved is read back', () => {
  const orders: readonly (readonly PoolingMode[])[] = [
    ...POOLING_MODES.map((mode) => [mode]),
    POOLING_MODES,
    ['cls', 'mean'],
    ['mean', 'cls'],
    [...POOLING_MODES].reverse(),
    ['mean', 'mean'],
  ]
  test.each(orders.map((modes) => [modes]))('%j', (modes) => {
    for (const includePrompt of [true, false]) {
      const spec = { kind: 'pooling', modes, includePrompt } as const
      expect(parse(JSON.parse(JSON.stringify(poolingConfig(spec, 4))))).toEqual(spec)
    }
  })

  test('one mode is written in the keys every version reads', () => {
    const config = poolingConfig({ kind: 'pooling', modes: ['mean'], includePrompt: true }, 4)
    expect(config).toMatchObject({ pooling_mode_mean_tokens: true, pooling_mode_cls_token: false })
  })
})

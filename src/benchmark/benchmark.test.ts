import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FIXTURES } from '../../test/support/shared.ts'
import { loadCheckpoint } from '../checkpoint/index.ts'
import { operationCount } from './benchmark.ts'
import { latencyOf, spreadOf } from './spread.ts'

const TINY = join(FIXTURES, 'models/tiny-bert-zh')

test('operations of bert-base: 22.4 billion for 128 tokens, as its encoder is known to have', async () => {
  const checkpoint = await loadCheckpoint(TINY)
  const config = { ...checkpoint.config, hiddenSize: 768, intermediateSize: 3072, layers: 12 }
  const tokens = 128
  const parameters = 12 * (4 * 768 ** 2 + 2 * 768 * 3072)
  const attention = 12 * 4 * tokens ** 2 * 768
  const count = operationCount({ ...checkpoint, config, modules: [] }, tokens)
  expect(count).toBe(2 * parameters * tokens + attention)
  expect(count / 1e9).toBeCloseTo(22.35, 2)
})

test('middles and ends', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3 })
  const latency = latencyOf(Array.from({ length: 101 }, (_, i) => i))
  expect(latency).toEqual({ p50: 50, p95: 95, p99: 99 })
})

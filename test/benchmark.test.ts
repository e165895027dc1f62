import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { benchmarkModels } from '../dist/benchmark/benchmark.js'
import { createBenchmarkReport, renderBenchmark } from '../dist/benchmark/benchmark-report.js'
import { matrixPeak } from '../dist/benchmark/matrix-peak.js'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES } from './support/shared.ts'
import { yuju } from './support/yuju-command.ts'

const TINY = join(FIXTURES, 'models/tiny-bert-zh')
const DENSE = join(FIXTURES, 'models/tiny-dense-normalize')

test('two models, the baseline first, as JSON and as a file', async () => {
  const folder = temporaryFolder()
  const input = join(folder, 'texts.txt')
  writeFileSync(input, '花呗怎么还款\n今天天气真不错\n好\n')
  const output = join(folder, 'report.md')
  const options = ['--repetitions', '1', '--warm-up', '0', '--batch', '2', '--output', output]
  const words = ['benchmark', DENSE, '--baseline', TINY, '--input', input, ...options, '--json']
  const { code, stdout } = await yuju(...words)
  expect(code).toBe(0)
  const report = JSON.parse(stdout)
  expect(report.models.map(({ model }: { model: string }) => model)).toEqual([
    'tiny-bert-zh',
    'tiny-dense-normalize',
  ])
  expect(report.baseline).toBe('tiny-bert-zh')
  expect(report.models[0].load.peakBytes).toBeGreaterThan(1e7)
  expect(report.machine.peakGigaflops).toBeGreaterThan(0)
  expect(readFileSync(output, 'utf8')).toContain('throughput / baseline')
})

test.each([
  [[TINY], 2, '--input is missing'],
  [[TINY, '--input', 'x.txt', '--output', 'y.pdf'], 2, 'end it in .md, .json, .svg'],
  [[TINY, '--input', '/nowhere.txt'], 1, 'there is no file /nowhere.txt'],
])('benchmark %j: exit code %i', async (words, expected, message) => {
  const { code, stderr } = await yuju('benchmark', ...words)
  expect(code).toBe(expected)
  expect(stderr).toContain(message)
})

const TEXTS = [
  '花呗怎么还款',
  '今天天气真不错，适合出去走走。',
  '𠮷野家',
  '一个女人在弹吉他。',
  '好',
]

async function measured() {
  const encoder = await SentenceEncoder.load(TINY, { onWarning: () => {} })
  onTestFinished(() => encoder.dispose())
  const models = [
    { model: 'a', encoder },
    { model: 'b', encoder },
  ]
  const seen: number[] = []
  const { models: results } = await benchmarkModels(models, TEXTS, {
    threads: 1,
    batchSize: 2,
    repetitions: 3,
    onProgress: ({ done, total }) => seen.push(done / total),
  })
  return { results, seen, encoder }
}

test('every repetition measures every model; amounts agree with each other', async () => {
  const { results, seen, encoder } = await measured()
  expect(results.map(({ model }) => model)).toEqual(['a', 'b'])
  expect(seen).toHaveLength(8)
  expect(seen.at(-1)).toBe(1)
  const { tokens } = await encoder.encode(TEXTS)
  const count = tokens.reduce((sum, count) => sum + count, 0)
  for (const { costs, cost, sentencesPerSecond, tokensPerSecond } of results) {
    expect(costs).toHaveLength(3)
    expect(cost.low).toBeLessThanOrEqual(cost.median)
    expect(sentencesPerSecond.high).toBeCloseTo(TEXTS.length / cost.low, 6)
    expect(tokensPerSecond.median / sentencesPerSecond.median).toBeCloseTo(count / 5, 6)
  }
})

test('a report as Markdown, JSON and SVG', async () => {
  const { results } = await measured()
  const load = { seconds: 1.25, peakBytes: 123e6 }
  const report = createBenchmarkReport(results, [load, load], {
    machine: {
      instructionSets: 'AVX2',
      processor: 'p',
      threads: 2,
      backend: 'native',
      peakGigaflops: 80,
    },
    ...{ texts: 5, batchSize: 2, maxLength: 256, repetitions: 3, warmUp: 1 },
  })
  const markdown = await renderBenchmark(report, 'md')
  expect(markdown).toMatch(/^\| a \| .* \| 1 \(1 to 1\) \|$/m)
  expect(markdown).toContain('| load to first vector (s) | 1.25 | 1.25 |')
  expect(markdown).toContain('| peak memory (MB) | 123 | 123 |')
  expect(JSON.parse(await renderBenchmark(report, 'json'))).toEqual(report)
  expect(await renderBenchmark(report, 'svg')).toContain('sentences a second')
})

test('the peak of matrix products is a rate', async () => {
  const peak = await matrixPeak({ threads: 1 })
  expect(Number.isFinite(peak)).toBe(true)
  expect(peak).toBeGreaterThan(0)
})

test('nothing to measure is refused', async () => {
  await expect(benchmarkModels([], [], { threads: 1 })).rejects.toThrow('at least one text')
  await expect(benchmarkModels([], ['a'], { threads: 1, repetitions: 0 })).rejects.toThrow(
    'got 1 and 0',
  )
})

import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES } from './support/shared.ts'
import { yuju } from './support/yuju-command.ts'

const TINY = join(FIXTURES, 'models/tiny-bert-zh')

/** Pairs of one text with itself match, others do not. */
const TEXTS = [
  '花呗怎么还款',
  '今天天气真不错',
  '一个女人在弹吉他。',
  '打开微信',
  '帮我定一个闹钟',
  '好',
]
const PAIRS = TEXTS.flatMap((text, i) => [
  `${text}\t${text}\t1`,
  `${text}\t${TEXTS[(i + 1) % TEXTS.length]}\t0`,
])

function calibrated() {
  const folder = join(temporaryFolder(), 'model')
  cpSync(TINY, folder, { recursive: true })
  const pairs = join(temporaryFolder(), 'pairs.tsv')
  writeFileSync(pairs, PAIRS.join('\n'))
  return { folder, pairs }
}

test('a calibrated model tells matches and their probability', async () => {
  const { folder, pairs } = calibrated()
  const histogram = join(temporaryFolder(), 'scores.svg')
  const words = ['calibrate', folder, '--pairs', pairs, '--histogram', histogram, '--json']
  const { code, stdout, stderr } = await yuju(...words)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { f1, threshold, maps } = JSON.parse(stdout)
  expect(f1).toBe(1)
  expect(threshold).toBeGreaterThan(0.99)
  expect(maps.map(({ kind }: { kind: string }) => kind)).toEqual(['isotonic', 'platt'])
  expect(readFileSync(histogram, 'utf8')).toContain('positive pairs')
  await using encoder = await SentenceEncoder.load(folder, { onWarning: () => {} })
  expect(await encoder.isMatch('花呗怎么还款', '花呗怎么还款')).toBe(true)
  expect(await encoder.isMatch('花呗怎么还款', '今天天气真不错')).toBe(false)
  const alike = await encoder.probability('好', '好')
  const different = await encoder.probability('好', '今天天气真不错')
  expect(alike).toBeGreaterThan(different)
  expect(alike).toBeLessThanOrEqual(1)
})

test('the prompt of the calibration is used for matching too', async () => {
  const { folder, pairs } = calibrated()
  const options = ['--prompt', '问：', '--map', 'platt']
  expect((await yuju('calibrate', folder, '--pairs', pairs, ...options)).code).toBe(0)
  const { threshold, prompt } = JSON.parse(readFileSync(join(folder, 'calibration.json'), 'utf8'))
  expect(prompt).toBe('问：')
  await using encoder = await SentenceEncoder.load(folder, { onWarning: () => {} })
  const score = await encoder.similarity('好', '打开微信', { prompt })
  expect(await encoder.isMatch('好', '打开微信')).toBe(score >= threshold)
  const plain = await encoder.probability('好', '打开微信', { prompt: '' })
  expect(plain).not.toBe(await encoder.probability('好', '打开微信'))
})

test('a model that was not calibrated, a damaged calibration', async () => {
  await using encoder = await SentenceEncoder.load(TINY, { onWarning: () => {} })
  await expect(encoder.isMatch('a', 'b')).rejects.toThrow('yuju calibrate')
  const { folder } = calibrated()
  writeFileSync(join(folder, 'calibration.json'), '{"threshold": "high"}')
  await using other = await SentenceEncoder.load(folder, { onWarning: () => {} })
  await expect(other.probability('a', 'b')).rejects.toThrow('is no calibration')
})

test.each([
  [['--precision', '2'], 2, 'above 0 and at most 1'],
  [['--precision', '0.9', '--recall', '0.9'], 2, 'not both'],
  [['--histogram', 'x.png'], 2, 'must end in .svg'],
])('calibrate %j: exit code %i', async (options, expected, message) => {
  const { folder, pairs } = calibrated()
  const { code, stderr } = await yuju('calibrate', folder, '--pairs', pairs, ...options)
  expect(code).toBe(expected)
  expect(stderr).toContain(message)
})

test('pairs of one label are refused', async () => {
  const { folder, pairs } = calibrated()
  writeFileSync(pairs, 'a\tb\t1\nc\td\t1\n')
  const { code, stderr } = await yuju('calibrate', folder, '--pairs', pairs)
  expect(code).toBe(1)
  expect(stderr).toContain('0 have 0')
})

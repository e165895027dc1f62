import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DOMParser } from 'linkedom'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { OutputError } from '../errors/index.ts'
import { writeLossCurve } from './loss-curve.ts'
import { MetricsLog, readMetrics, type StepEntry } from './metrics-log.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yuju-log-'))
  path = join(folder, 'metrics.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function entry(step: number, change: Partial<StepEntry> = {}): StepEntry {
  const loss = 1 + 3 / step
  const rate = { learningRate: 2e-5 * (1 - step / 256), gradientNorm: 0.7, textsPerSecond: 512.5 }
  return { step, epoch: 1, source: 'csts 训练', loss, ...rate, ...change }
}

async function run(first: number, last: number): Promise<void> {
  const log = await MetricsLog.open(path, first - 1)
  for (let step = first; step <= last; step += 1) {
    await log.append(entry(step))
    if (step % 10 === 0) await log.append({ step, scores: { csts: step === 20 ? 0.8 : 0.7 } })
  }
  await log.close()
}

describe('the log', () => {
  test('a line a step, with names in snake case', async () => {
    await run(1, 1)
    expect(readFileSync(path, 'utf8')).toBe(
      '{"step":1,"epoch":1,"source":"csts 训练","loss":4,"learning_rate":0.000019921875,' +
        '"gradient_norm":0.7,"texts_per_second":512.5}\n',
    )
  })

  test('what was written is read, also numbers that JSON does not know', async () => {
    const log = await MetricsLog.open(path, 0)
    const entries = [entry(1, { loss: Number.NaN }), { step: 1, scores: { a: 0.5, b: Number.NaN } }]
    for (const one of entries) await log.append(one)
    await log.close()
    expect(await readMetrics(path)).toEqual(entries)
  })

  test.each([0, 7, 10, 25])('going on after step %i ends as an uninterrupted run', async (step) => {
    await run(1, 40)
    const whole = readFileSync(path, 'utf8')
    await run(1, 25)
    await run(step + 1, 40)
    expect(readFileSync(path, 'utf8')).toBe(whole)
  })

  test('a half-written last line is passed over, and removed', async () => {
    await run(1, 25)
    const before = readFileSync(path, 'utf8')
    appendFileSync(path, '{"step":26,"epoch":1,"sou')
    expect((await readMetrics(path)).at(-1)).toEqual(entry(25))
    await (await MetricsLog.open(path, 25)).close()
    expect(readFileSync(path, 'utf8')).toBe(before)
  })

  test('a new run empties it; a lost one begins anew', async () => {
    await run(1, 5)
    await (await MetricsLog.open(path, 0)).close()
    expect(readFileSync(path, 'utf8')).toBe('')
    rmSync(path)
    await run(6, 6)
    expect(await readMetrics(path)).toEqual([entry(6)])
  })

  test('a line that cannot be written is an error', async () => {
    const log = await MetricsLog.open(path, 0)
    await log.close()
    await expect(log.append(entry(1))).rejects.toMatchObject({ facts: { path } })
    await expect(log.append(entry(1))).rejects.toBeInstanceOf(OutputError)
  })

  test('a folder that is missing', async () => {
    await expect(MetricsLog.open(join(folder, 'none', 'a'), 0)).rejects.toMatchObject({
      code: 'output-folder-missing',
    })
    await expect(readMetrics(path)).rejects.toMatchObject({ code: 'input-missing' })
  })
})

describe('the loss curve', () => {
  const picture = () => join(folder, 'loss.svg')
  const elements = (selector: string) => {
    const svg = new DOMParser().parseFromString(readFileSync(picture(), 'utf8'), 'image/svg+xml')
    return [...svg.querySelectorAll(selector)]
  }
  const texts = () => elements('text').map(({ textContent }) => textContent ?? '')

  test('loss, learning rate and scores against steps', async () => {
    await run(1, 200)
    await writeLossCurve(path, picture())
    for (const text of ['Training loss', 'loss', 'Learning rate', 'Evaluation', 'score', 'step']) {
      expect(texts()).toContain(text)
    }
    expect(texts()).toContain('best: 0.8000, step 20')
    expect(texts().join()).toContain('mean of about the last 4 · data set csts 训练')
    expect(elements('g[aria-label="line"] path').length).toBe(4)
  })

  test('data sets have lines of their own', async () => {
    const log = await MetricsLog.open(path, 0)
    for (let step = 1; step <= 9; step += 1) {
      await log.append(entry(step, { source: step % 2 ? 'pairs' : 'sentences' }))
    }
    await log.close()
    await writeLossCurve(path, picture(), { title: '微调' })
    expect(texts()).toEqual(expect.arrayContaining(['微调', 'pairs', 'sentences']))
    expect(texts()).not.toContain('Evaluation')
  })

  test('without any loss there is no picture', async () => {
    writeFileSync(path, '')
    await expect(writeLossCurve(path, picture())).rejects.toMatchObject({ code: 'chart-empty' })
    expect(existsSync(picture())).toBe(false)
  })
})

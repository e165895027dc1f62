import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES } from './support/shared.ts'
import { finished, start, yuju } from './support/yuju-command.ts'

/** Two layers, 16 wide, dropout 0.1: a step takes a few milliseconds. */
const MODEL = join(FIXTURES, 'variants/relu')

const PAIRS = Array.from({ length: 40 }, (_, i) => {
  const text = (n: number) => '句子天气花呗还款怎么'.split('').slice(n % 5, (n % 5) + 2 + (n % 3))
  return `${text(i).join('')}\t${text(i * 7 + 1).join('')}\t${(i % 6) / 5}`
}).join('\n')

/** A folder with data and a recipe that evaluates, averages weights and saves a checkpoint often. */
function recipeFolder(
  changes: Readonly<Record<string, unknown>> = {},
  folder = temporaryFolder(),
): string {
  writeFileSync(join(folder, 'pairs.tsv'), `a\tb\tscore\n${PAIRS}\n`)
  const data = { file: 'pairs.tsv', kind: 'scored-pairs' }
  const recipe = {
    model: MODEL,
    output: 'out',
    data: [
      { ...data, loss: { name: 'cosent' }, batch_size: 8, name: 'first', weight: 2 },
      {
        ...data,
        kind: 'pairs',
        loss: { name: 'multiple_negatives' },
        batch_size: 8,
        cached_texts: 4,
        weight: 1,
      },
    ],
    steps: 60,
    accumulate: 2,
    seed: 7,
    optimizer: { learning_rate: 1e-3, average_decay: 0.9 },
    evaluation: { every: 20, data: [data] },
    checkpoint_every: 3,
    ...changes,
  }
  writeFileSync(join(folder, 'recipe.json'), JSON.stringify(recipe))
  return folder
}

const train = async (folder: string, ...flags: readonly string[]) =>
  yuju('train', join(folder, 'recipe.json'), ...flags)

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** Weights, and what the log says of every step but its speed. */
function resultOf(folder: string) {
  const lines = readFileSync(join(folder, 'out/training/metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
  const entries = lines.map((line) => {
    const { texts_per_second: _, ...entry } = JSON.parse(line)
    return entry
  })
  return { weights: hashOf(join(folder, 'out/model.safetensors')), entries }
}

describe('a run that is killed and resumed', () => {
  test('ends as an uninterrupted one, bit for bit', async () => {
    const whole = recipeFolder()
    expect(await train(whole)).toMatchObject({ code: 0 })
    const expected = resultOf(whole)
    const broken = recipeFolder()
    let kills = 0
    for (const delay of [700, 900, 1100, 1300, 1000, 1200]) {
      const child = start(['train', join(broken, 'recipe.json'), '--resume'])
      const done = finished(child)
      await Promise.race([sleep(delay), done])
      if (child.exitCode !== null) break
      child.kill('SIGKILL')
      await done
      kills += 1
    }
    expect(kills).toBeGreaterThan(1)
    if (!existsSync(join(broken, 'out'))) {
      expect(await train(broken, '--resume')).toMatchObject({ code: 0 })
    }
    expect(resultOf(broken)).toEqual(expected)
    expect(existsSync(join(broken, 'out.training'))).toBe(false)
  })

  test('while a checkpoint is being written', async () => {
    const whole = recipeFolder()
    expect(await train(whole)).toMatchObject({ code: 0 })
    const broken = recipeFolder()
    const child = start(['train', join(broken, 'recipe.json')])
    const done = finished(child)
    // The temporary name is there only while a checkpoint is written.
    const isWriting = () => {
      const run = join(broken, 'out.training')
      return existsSync(run) && readdirSync(run).some((name) => name.startsWith('.checkpoint-'))
    }
    while (!isWriting() && child.exitCode === null) await sleep(0)
    child.kill('SIGKILL')
    await done
    expect(await train(broken, '--resume')).toMatchObject({ code: 0 })
    expect(resultOf(broken)).toEqual(resultOf(whole))
  })

  test('by Ctrl-C, which saves a checkpoint first', async () => {
    const whole = recipeFolder()
    expect(await train(whole)).toMatchObject({ code: 0 })
    const broken = recipeFolder({ checkpoint_every: 1000 })
    const child = start(['train', join(broken, 'recipe.json')])
    const done = finished(child)
    const log = join(broken, 'out.training/metrics.jsonl')
    const lines = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length : 0)
    while (lines() < 5 && child.exitCode === null) await sleep(1)
    child.kill('SIGINT')
    expect(await done).toMatchObject({ code: 130 })
    const [checkpoint] = readdirSync(join(broken, 'out.training')).filter((name) =>
      name.startsWith('checkpoint-'),
    )
    expect(checkpoint).toBeDefined()
    expect(await train(broken, '--resume')).toMatchObject({ code: 0 })
    expect(resultOf(broken)).toEqual(resultOf(whole))
  })
})

test('a full disk leaves the checkpoint before whole', async ({ skip }) => {
  const folder = temporaryFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', folder], { stdio: 'pipe' })
  } catch {
    skip('a small disk cannot be mounted here')
  }
  onTestFinished(() => void execFileSync('umount', [folder]))
  recipeFolder({ checkpoint_every: 1, evaluation: undefined }, folder)
  const { code, stderr } = await train(folder)
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('--resume') })
  const left = readdirSync(join(folder, 'out.training'))
  expect(left.filter((name) => name.startsWith('.'))).toEqual([])
  expect(left.filter((name) => name.startsWith('checkpoint-'))).toHaveLength(1)
  execFileSync('mount', ['-o', 'remount,size=20m', folder])
  expect(await train(folder, '--resume')).toMatchObject({ code: 0 })
})

test('two runs with the same seed are the same, and with another seed are not', async () => {
  const folders = [recipeFolder(), recipeFolder(), recipeFolder({ seed: 8 })]
  for (const folder of folders) expect(await train(folder)).toMatchObject({ code: 0 })
  const [first, second, other] = folders.map((folder) => resultOf(folder).weights)
  expect(second).toBe(first)
  expect(other).not.toBe(first)
})

describe('what is refused', () => {
  test.each<readonly [string, Readonly<Record<string, unknown>>, string]>([
    ['an unknown key', { learning_rate: 1 }, 'learning_rate'],
    [
      'an unknown loss',
      { data: [{ file: 'pairs.tsv', kind: 'pairs', loss: { name: 'x' } }] },
      'data.0.loss.0.name',
    ],
    ['an impossible value', { optimizer: { learning_rate: -1 } }, 'optimizer.learning_rate'],
    ['steps and epochs', { epochs: 2 }, 'exclude each other'],
    [
      'a metric that is not there',
      {
        evaluation: { every: 5, data: [{ file: 'pairs.tsv', kind: 'scored-pairs' }], metric: 'x' },
      },
      'evaluation.metric',
    ],
    ['a frozen weight that is not there', { freeze: ['nothing'] }, 'begins with nothing'],
    [
      'a loss for other columns',
      { data: [{ file: 'pairs.tsv', kind: 'pairs', loss: { name: 'triplet' } }] },
      'triplet takes 3',
    ],
    [
      'a loss that needs a label',
      { data: [{ file: 'pairs.tsv', kind: 'pairs', loss: { name: 'cosent' } }] },
      'has no labels',
    ],
  ])('%s', async (_, changes, message) => {
    const folder = recipeFolder(changes)
    const { code, stderr } = await train(folder)
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(message) })
    expect(existsSync(join(folder, 'out'))).toBe(false)
  })

  test('an output that is there already', async () => {
    const folder = recipeFolder({ output: '.' })
    expect(await train(folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is there already'),
    })
  })

  test('resuming another run', async () => {
    const folder = recipeFolder({ evaluation: undefined })
    const child = start(['train', join(folder, 'recipe.json')])
    const done = finished(child)
    const isBegun = () => existsSync(join(folder, 'out.training/metrics.jsonl'))
    while (!isBegun() && child.exitCode === null) await sleep(1)
    child.kill('SIGKILL')
    await done
    expect(await train(folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--resume'),
    })
    const record = join(folder, 'out.training/run.json')
    const saved = JSON.parse(readFileSync(record, 'utf8'))
    const { batching: _, ...settings } = saved.settings
    writeFileSync(record, JSON.stringify({ ...saved, settings }))
    expect(await train(folder, '--resume')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('makes other batches than this one; resume it with that one'),
    })
    writeFileSync(record, JSON.stringify(saved))
    const path = join(folder, 'recipe.json')
    const recipe = JSON.parse(readFileSync(path, 'utf8'))
    writeFileSync(path, JSON.stringify({ ...recipe, seed: 9 }))
    expect(await train(folder, '--resume')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('settings.seed was 7 and is 9'),
    })
  })

  test('a run whose loss is no number, with the last checkpoint kept', async () => {
    const folder = recipeFolder({
      optimizer: { learning_rate: 1e30, clip_norm: null },
      schedule: { kind: 'constant', warmup: 0 },
      checkpoint_every: 1,
      evaluation: undefined,
    })
    const { code, stderr } = await train(folder)
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('NaN or Infinity in it, and no parameter was changed'),
    })
    expect(existsSync(join(folder, 'out'))).toBe(false)
    const left = readdirSync(join(folder, 'out.training'))
    expect(left.filter((name) => name.startsWith('checkpoint-'))).toHaveLength(1)
  })
})

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/model-folder.ts'
import {
  createReport,
  type Encode,
  evaluateTasks,
  loadTask,
  loadTasks,
  renderReport,
  type Task,
  type TaskResult,
} from './index.ts'
import { textReport } from './render-report.ts'

/** Files by path in a folder that is gone when the test ends. */
function dataFolder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryFolder()
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

/** Counts of letters a to d: vectors that can be told by hand. */
const countLetters = (text: string) => [...'abcd'].map((letter) => text.split(letter).length - 1)

function recording(): { encode: Encode; encoded: string[] } {
  const encoded: string[] = []
  const encode: Encode = async (texts) => {
    encoded.push(...texts)
    const data = Float32Array.from(texts.flatMap(countLetters))
    return { data, rows: texts.length, dimensions: 4 }
  }
  return { encode, encoded }
}

async function evaluateTask(encode: Encode, task: Task): Promise<TaskResult> {
  const [result] = await evaluateTasks(encode, [task])
  if (!result) throw new Error('there is no result')
  return result
}

const AFQMC = 'ab\tab\t1\nab\tcd\t0\naab\tabb\t1\nac\tbd\t0\n'
const CSTS = 'ab\tab\t5\nabc\tabd\t3\nab\tcd\t0\n'

async function afqmc(content: string | Uint8Array) {
  const { tasks } = await loadTasks(dataFolder({ 'afqmc/dev.tsv': content }))
  return tasks[0]
}

describe('reading tasks', () => {
  test('the layout of the seven tasks; what is missing is named', async () => {
    const folder = dataFolder({ 'afqmc/dev.tsv': AFQMC, 'csts/test.tsv': CSTS })
    const { tasks, missing } = await loadTasks(folder)
    expect(tasks.map(({ name, split }) => [name, split])).toEqual([
      ['csts_test', 'test'],
      ['afqmc', 'dev'],
    ])
    expect(tasks[1]?.pairs.first).toEqual(['ab', 'ab', 'aab', 'ac'])
    expect([...(tasks[0]?.pairs.gold ?? [])]).toEqual([5, 3, 0])
    expect(missing.map(({ name }) => name)).toEqual([
      'csts_dev',
      'lcqmc',
      'bqcorpus',
      'pawsx',
      'xiaobu',
    ])
    expect(missing[0]?.reason).toContain('csts/dev.tsv')
  })

  test('other layouts, by index and by name', async () => {
    const indexed = dataFolder({ 'f.tsv': '1\t0\t甲\t乙\n2\t1\t丙\t丁\n' })
    const byIndex = { first: 2, second: 3, label: 1 }
    const task = await loadTask(join(indexed, 'f.tsv'), {
      name: 'own',
      labels: 'binary',
      columns: byIndex,
    })
    expect(task.pairs.second).toEqual(['乙', '丁'])
    const byName = dataFolder({ 'f.tsv': 'score\ta\tb\n0.5\t甲\t乙\n' })
    const named = { first: 'a', second: 'b', label: 'score' }
    const other = await loadTask(join(byName, 'f.tsv'), {
      name: 'own',
      labels: { max: 1 },
      columns: named,
    })
    expect(other.pairs).toMatchObject({ first: ['甲'], second: ['乙'] })
    expect([...other.pairs.lines]).toEqual([2])
  })

  test.each([
    ['too few columns', 'a\tb\t1\na\tb\n', 'afqmc/dev.tsv, line 2: expected 3 cells'],
    ['too many columns', 'a\tb\t1\n\na\tb\t1\tx\n', 'line 3: expected 3 cells'],
    ['a label out of range', 'a\tb\t1\na\tb\t2\n', 'line 2: the label must be 0 or 1, but is "2"'],
    ['a label that is no number', 'a\tb\t\n', 'line 1: the label must be 0 or 1, but is ""'],
    ['an empty file', '', 'dev.tsv holds no'],
    ['not UTF-8', Uint8Array.of(97, 9, 98, 9, 49, 10, 0xb0, 0xa1, 10), 'line 2: not UTF-8'],
  ])('%s', async (_, content, message) => {
    await expect(afqmc(content)).rejects.toThrow(message)
  })

  test('a folder without tasks, a task there is not', async () => {
    await expect(loadTasks(dataFolder({}))).rejects.toThrow('csts/dev.tsv')
    await expect(loadTasks(dataFolder({}), { names: ['atec'] })).rejects.toThrow('no task "atec"')
  })

  test('rows that occur twice are reported', async () => {
    const twice = await afqmc('a\tb\t1\nc\td\t1\na\tb\t1\n')
    expect(twice?.warnings[0]).toContain('line 3 repeats line 1')
    const conflict = await afqmc('a\tb\t1\nc\td\t1\na\tb\t0\n')
    expect(conflict?.warnings[0]).toContain('1 of them with another label (line 3 and line 1)')
  })
})

describe('evaluation', () => {
  test('the four similarities, by hand', async () => {
    const folder = dataFolder({ 'afqmc/dev.tsv': AFQMC })
    const { tasks } = await loadTasks(folder)
    const [task] = tasks
    if (!task) throw new Error('the task is missing')
    const result = await evaluateTask(recording().encode, task)
    // Cosines 1, 0, 0.8, 0 have the ranks 4, 1.5, 3, 1.5; gold has 3.5, 1.5, 3.5, 1.5.
    expect(result.spearman.cosine).toBeCloseTo(100 * Math.sqrt(4 / 4.5), 10)
    expect(result.best).toBe('cosine')
    expect(result.score).toBe(result.spearman.cosine)
    expect(result.auc).toBe(100)
    expect(result.pairs).toBe(4)
  })

  test('a sentence of several tasks is encoded once', async () => {
    const { encode, encoded } = recording()
    const folder = dataFolder({ 'afqmc/dev.tsv': AFQMC, 'csts/dev.tsv': CSTS })
    const { tasks } = await loadTasks(folder)
    const results = await evaluateTasks(encode, tasks)
    expect(encoded).toHaveLength(new Set(encoded).size)
    for (const [index, task] of tasks.entries()) {
      expect(await evaluateTask(recording().encode, task)).toEqual(results[index])
    }
  })

  test.each([
    ['all pairs have the same score', 'ab\tab\t1\nab\tab\t0\n'],
    ['all gold values are the same', 'ab\tab\t1\nab\tcd\t1\n'],
    ['there is only one pair', 'ab\tab\t1\n'],
  ])('%s: no score rather than 0', async (reason, content) => {
    const task = await afqmc(content)
    if (!task) throw new Error('the task is missing')
    const result = await evaluateTask(recording().encode, task)
    expect(result.score).toBeUndefined()
    expect(result.undefinedBecause).toBe(reason)
    const loaded = { tasks: [task], missing: [] }
    const text = textReport(createReport(loaded, [{ model: 'm', results: [result] }]))
    expect(text).toContain(`m has no score on afqmc: ${reason}`)
    expect(text).toContain('no average')
  })

  test('a broken vector is named with its line', async () => {
    const task = await afqmc(AFQMC)
    if (!task) throw new Error('the task is missing')
    const broken: Encode = async (texts) => ({
      data: Float32Array.from(texts.flatMap((text) => (text === 'bd' ? [Number.NaN] : [1]))),
      rows: texts.length,
      dimensions: 1,
    })
    await expect(evaluateTask(broken, task)).rejects.toThrow(/afqmc: .*line 4, is NaN/)
  })
})

describe('reports', () => {
  async function report(missingTask: boolean, allowMissing: boolean) {
    const folder = dataFolder({
      'afqmc/dev.tsv': AFQMC,
      ...(missingTask ? {} : { 'csts/dev.tsv': CSTS }),
    })
    const loaded = await loadTasks(folder, { names: ['afqmc', 'csts_dev'] })
    const good = await evaluateTasks(recording().encode, loaded.tasks)
    const half = good.map((result) => ({ ...result, score: (result.score ?? 0) / 2 }))
    const models = [
      { model: 'big', results: good },
      { model: 'small', results: half },
    ]
    return createReport(loaded, models, { teachers: 1, allowMissing })
  }

  test('gap and share kept, per task and on average', async () => {
    const { models, comparisons } = await report(false, false)
    const [average = 0] = models.map((model) => model.average)
    expect(comparisons[0]?.averageKept).toBeCloseTo(50, 10)
    expect(comparisons[0]?.averageGap).toBeCloseTo(-average / 2, 10)
    expect(comparisons[0]?.kept.afqmc).toBeCloseTo(50, 10)
  })

  test('a missing task is named, and the average refused unless asked for', async () => {
    const refused = await report(true, false)
    expect(refused.models[0]?.average).toBeUndefined()
    expect(textReport(refused)).toContain('csts_dev is missing')
    const allowed = await report(true, true)
    expect(allowed.models[0]?.average).toBe(allowed.models[0]?.results[0]?.score)
  })

  test('Markdown, JSON and SVG', async () => {
    const content = await report(false, false)
    const markdown = await renderReport(content, 'md')
    expect(markdown).toMatch(/^\| teacher: big \| \d+\.\d\d \| \d+\.\d\d \| \d+\.\d\d \|$/m)
    expect(markdown).toMatch(/^\| kept \| 50\.00 % \| 50\.00 % \| 50\.00 % \|$/m)
    const [task] = content.tasks
    expect(markdown).toContain(`SHA-256 ${task?.sha256}`)
    const json = JSON.parse(await renderReport(content, 'json'))
    expect(json.models[1].average).toBe(content.models[1]?.average)
    expect(json.models[0].results[0].auc).toBeNull()
    expect(await renderReport(content, 'svg')).toMatch(/^<svg[\s\S]*csts_dev[\s\S]*<\/svg>\s*$/)
  })
})

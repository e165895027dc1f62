import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { evaluateTasks, loadTasks, type Report } from 'yuju/evaluate'
import { temporaryFolder } from './support/model-folder.ts'
import { retrievalFolder } from './support/retrieval-folder.ts'
import { FIXTURES, sharedPath } from './support/shared.ts'
import { yuju } from './support/yuju-command.ts'

const TINY = join(FIXTURES, 'models/tiny-bert-zh')
const DENSE = join(FIXTURES, 'models/tiny-dense-normalize')
const AFQMC =
  '花呗怎么还款\t花呗如何还钱\t1\n今天天气真不错\t打开微信\t0\n花呗\t蚂蚁花呗\t1\n一个女人\t天气\t0\n'

function dataFolder(): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'afqmc'))
  writeFileSync(join(folder, 'afqmc/dev.tsv'), AFQMC)
  return folder
}

function command(...args: readonly string[]) {
  return yuju('evaluate', ...args, '--vector-cache', temporaryFolder(), '--json')
}

test('the command gives what the library gives, and the same from its cache', async () => {
  const data = dataFolder()
  const cache = temporaryFolder()
  const words = ['evaluate', TINY, '--data', data, '--tasks', 'afqmc', '--vector-cache', cache]
  const { code, stdout, stderr } = await yuju(...words, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const report: Report = JSON.parse(stdout)
  await using encoder = await SentenceEncoder.load(TINY, { onWarning: () => {} })
  const { tasks } = await loadTasks(data)
  const results = await evaluateTasks((texts) => encoder.encode(texts), tasks)
  expect(report.models[0]?.results).toEqual(results)
  expect(report.models[0]?.average).toBe(results[0]?.score)
  expect((await yuju(...words, '--json')).stdout).toBe(stdout)
})

test('a teacher, another prompt, a report in a file', async () => {
  const output = join(temporaryFolder(), 'report.md')
  const teacher = ['--teacher', TINY, '--teacher-prompt', '问：', '--output', output]
  const words = ['--data', dataFolder(), '--tasks', 'afqmc', ...teacher]
  const { code, stdout } = await command(TINY, ...words)
  expect(code).toBe(0)
  const report: Report = JSON.parse(stdout)
  expect(report.models.map(({ prompt }) => prompt)).toEqual(['问：', undefined])
  expect(report.comparisons).toHaveLength(1)
  expect(readFileSync(output, 'utf8')).toContain('| kept |')
})

test('search beside the tasks, with intervals, and what is kept of a teacher', async () => {
  const set = retrievalFolder()
  const words = ['--data', dataFolder(), '--tasks', 'afqmc', '--retrieval', set]
  const { code, stdout } = await command(TINY, ...words, '--teacher', TINY)
  expect(code).toBe(0)
  const { models, comparisons }: Report = JSON.parse(stdout)
  const found = { set: basename(set), ndcg10: 100, interval: [100, 100] }
  expect(models.map(({ retrieval }) => retrieval)).toMatchObject([[found], [found]])
  expect(comparisons[0]?.retrieval).toMatchObject({ averageKept: 100, kept: { [found.set]: 100 } })
})

test('the cache of a folder is not used when its weights changed', async () => {
  const folder = join(temporaryFolder(), 'model')
  cpSync(DENSE, folder, { recursive: true })
  const words = ['evaluate', folder, '--data', dataFolder(), '--tasks', 'afqmc', '--json']
  const cache = ['--vector-cache', temporaryFolder()]
  const before = await yuju(...words, ...cache)
  const weights = readFileSync(join(folder, 'model.safetensors'))
  writeFileSync(join(folder, 'model.safetensors'), weights.fill(0, weights.length >> 1))
  const after = await yuju(...words, ...cache)
  expect(after.code).toBe(0)
  expect(after.stdout).not.toBe(before.stdout)
})

test.each([
  [['x'], 2, '--data, or give --hub'],
  [['--data', '.'], 2, 'MODEL… is missing'],
  [[TINY, '--data', '.', '--tasks', 'atec'], 1, 'there is no task "atec"'],
  [[TINY, '--data', '.', '--hub'], 2, '--data, or give --hub'],
  [[TINY, '--hub', '--offline', '--cache-dir', '/nowhere'], 1, 'not in the cache'],
  [[TINY, '--data', '/nowhere'], 1, '/nowhere holds no task'],
  [[TINY, '--data', '.', '--output', 'report.pdf'], 2, 'end it in .md, .json, .svg'],
  [[TINY, '--data', '.', '--columns', '0,1'], 2, '3 names or indexes'],
])('evaluate %j: exit code %i', async (args, expected, message) => {
  const { code, stdout, stderr } = await command(...args)
  expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
  expect(stderr).toContain(message)
})

/** Of ../shared/models/e5-small-zh/PROVENANCE.md: the reference, 100 x Spearman of the cosine. */
const E5_CSTS_TEST = 77.37

test('e5-small-zh reproduces the reference on csts_test', async () => {
  const model = sharedPath('models/e5-small-zh')
  const data = sharedPath('data')
  if (!model || !data) return
  await using encoder = await SentenceEncoder.load(model)
  const { tasks } = await loadTasks(data, { names: ['csts_test'] })
  const encode = (texts: readonly string[]) => encoder.encode(texts, { prompt: 'query: ' })
  const [result] = await evaluateTasks(encode, tasks)
  expect(Math.abs((result?.spearman.cosine ?? 0) - E5_CSTS_TEST)).toBeLessThan(0.05)
})

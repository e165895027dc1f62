import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { startHub } from '../../test/support/loopback-hub.ts'
import { temporaryFolder } from '../../test/support/model-folder.ts'
import { loadHubTasks } from './index.ts'

function parquet(first: string[], second: string[], score: number[]): Buffer {
  const columnData = [
    { name: 'sentence1', data: first },
    { name: 'sentence2', data: second },
    { name: 'score', data: score, type: 'INT32' as const },
  ]
  return Buffer.from(parquetWriteBuffer({ columnData }))
}

/** A data set with the layout of C-MTEB/AFQMC, at the revision that is asked for. */
async function hubWith(files: Readonly<Record<string, Buffer>>) {
  const commit = 'b44c3b011063adb25877c13823db83bb193913c4'
  const hub = await startHub({ kind: 'dataset', id: 'C-MTEB/AFQMC', commit, files })
  const hubOptions = { endpoint: hub.endpoint, cacheDir: temporaryFolder() }
  return { hub, options: { ...hubOptions, names: ['afqmc', 'xiaobu'] } }
}

const VALIDATION = {
  'README.md': Buffer.from('# AFQMC'),
  'data/test-00000-of-00001-1f.parquet': parquet(['没有'], ['标签'], [0]),
  'data/validation-00000-of-00002-2f.parquet': parquet(['花呗'], ['蚂蚁花呗'], [1]),
  'data/validation-00001-of-00002-3f.parquet': parquet(['𠮷野家'], ['天气'], [0]),
}

test('the validation split of a data set, and nothing else, is downloaded and read', async () => {
  const { hub, options } = await hubWith(VALIDATION)
  const { tasks, missing } = await loadHubTasks(options)
  expect(tasks[0]?.pairs).toMatchObject({
    first: ['花呗', '𠮷野家'],
    second: ['蚂蚁花呗', '天气'],
    gold: Float64Array.of(1, 0),
  })
  expect(tasks[0]?.source).toBe('C-MTEB/AFQMC@b44c3b011063, validation')
  expect(missing.map(({ name }) => name)).toEqual(['xiaobu'])
  const fetched = hub.seen.filter(({ path }) => path.includes('/resolve/'))
  expect(fetched.map(({ path }) => path.split('/').at(-1)?.slice(0, 16)).sort()).toEqual([
    'validation-00000',
    'validation-00001',
  ])
})

test('once downloaded it is read without the hub', async () => {
  const { hub, options } = await hubWith(VALIDATION)
  const online = await loadHubTasks(options)
  await hub.close()
  expect(await loadHubTasks({ ...options, offline: true })).toEqual(online)
})

test('a split that is not there, a data set that is not there', async () => {
  const { options } = await hubWith({ 'data/train-00000-of-00001-1f.parquet': Buffer.alloc(9) })
  await expect(loadHubTasks(options)).rejects.toThrow('no Parquet files of a split validation')
  const lcqmc = { ...options, names: ['lcqmc'] }
  await expect(loadHubTasks(lcqmc)).rejects.toThrow('there is no dataset C-MTEB/LCQMC')
  await expect(loadHubTasks({ ...options, names: ['xiaobu'] })).rejects.toThrow('xiaobu')
})

test('labels are checked as in files', async () => {
  const name = 'data/validation-00000-of-00001-2f.parquet'
  const { options } = await hubWith({ [name]: parquet(['a', 'b'], ['c', 'd'], [1, 4]) })
  await expect(loadHubTasks(options)).rejects.toThrow('row 1: the label must be 0 or 1')
})

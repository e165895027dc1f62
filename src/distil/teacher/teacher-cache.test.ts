import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/model-folder.ts'
import { largestDifference } from '../../../test/support/vectors.ts'
import { type DatasetKind, datasetOf } from '../../train/index.ts'
import { openTeacher } from './open-teacher.ts'
import { TeacherCache } from './teacher-cache.ts'

const TEXTS = Array.from({ length: 3000 }, (_, i) => `第${i % 2500}句`)
const rows = (kind: DatasetKind, ...texts: readonly (readonly string[])[]) =>
  datasetOf({ name: kind, kind, rows: texts })
const SENTENCES = rows('sentences', ...TEXTS.map((text) => [text]))

const D = 3
const vectorOf = (text: string) => {
  const [number = 0] = text.match(/\d+/)?.map(Number) ?? []
  return [number / 7, -number, 1 / 3]
}

/** A teacher that counts the texts it is asked for, and fails after some. */
async function counting({ most = Number.POSITIVE_INFINITY, id = 'counting' } = {}) {
  let asked = 0
  const teacher = await openTeacher(
    async (texts) => {
      asked += texts.length
      if (asked > most) throw new Error('no more')
      return { data: Float32Array.from(texts.flatMap(vectorOf)), rows: texts.length, dimensions: D }
    },
    { id },
  )
  return { teacher, asked: () => asked }
}

async function opened(folder: string, datasets = [SENTENCES], options = {}) {
  const { teacher, asked } = await counting(options)
  const cache = await TeacherCache.open(folder, { teacher, datasets })
  return { cache, asked }
}

/** Half of a unit of float16's last place, at numbers up to 4096. */
const HALF_STEP = 1

test('every text is asked once, and its vector read as float16', async () => {
  const folder = temporaryFolder()
  const { cache, asked } = await opened(folder)
  expect(asked()).toBe(2500)
  expect([cache.size, cache.dimensions]).toEqual([2500, D])
  const texts = ['第2499句', '第0句', '第7句', '第0句']
  const { data, rows } = await cache.vectors(texts)
  expect(rows).toBe(4)
  expect(largestDifference(data, texts.flatMap(vectorOf))).toBeLessThanOrEqual(HALF_STEP)
  expect([...data.slice(6, 9)]).toEqual([1, -7, 0.333251953125])
  await cache.close()

  const again = await opened(folder)
  expect(again.asked()).toBe(0)
  expect((await again.cache.vectors(texts)).data).toEqual(data)
  await again.cache.close()
  const [file = ''] = readdirSync(folder)
  expect(statSync(join(folder, file)).size).toBe(16 + 2500 * D * 2)
})

test('computing goes on where it was interrupted, also in the middle of a row', async () => {
  const folder = temporaryFolder()
  await expect(opened(folder, [SENTENCES], { most: 2000 })).rejects.toThrow('no more')
  const [partial = ''] = readdirSync(folder)
  expect(partial).toMatch(/\.vectors\.partial$/)
  truncateSync(join(folder, partial), 16 + 1000 * D * 2 + 1)
  const { cache, asked } = await opened(folder)
  expect(asked()).toBe(1500)
  const all = TEXTS.slice(0, 2500)
  const { data } = await cache.vectors(all)
  expect(largestDifference(data, all.flatMap(vectorOf))).toBeLessThanOrEqual(HALF_STEP)
  await cache.close()
  expect(readdirSync(folder)).toEqual([partial.replace('.partial', '')])
})

test('an interruption before the first vectors leaves nothing that hinders', async () => {
  const folder = temporaryFolder()
  await expect(opened(folder, [SENTENCES], { most: 0 })).rejects.toThrow('no more')
  const { cache, asked } = await opened(folder)
  expect(asked()).toBe(2500)
  await cache.close()
})

test('computing can be stopped, and tells how far it is', async () => {
  const { teacher } = await counting()
  const controller = new AbortController()
  const done: number[] = []
  const opening = TeacherCache.open(temporaryFolder(), {
    teacher,
    datasets: [SENTENCES],
    signal: controller.signal,
    onProgress: (progress) => {
      done.push(progress.done)
      controller.abort(new Error('enough'))
    },
  })
  await expect(opening).rejects.toThrow('enough')
  expect(done).toEqual([1024])
})

test('another teacher or other texts have another file', async () => {
  const folder = temporaryFolder()
  const few = rows('sentences', ['第1句'], ['第2句'])
  const turned = rows('sentences', ['第2句'], ['第1句'])
  for (const [datasets, id] of [
    [[few], 'a'],
    [[few], 'b'],
    [[turned], 'a'],
  ] as const) {
    const { cache, asked } = await opened(folder, [...datasets], { id })
    expect(asked()).toBe(2)
    await cache.close()
  }
  expect(readdirSync(folder).length).toBe(3)
})

test('only some columns are asked for, and other texts refused', async () => {
  const pairs = rows('pairs', ['第1句', '第2句'], ['第3句', '第1句'])
  const { teacher, asked } = await counting()
  const options = { teacher, datasets: [pairs], columns: [1] }
  const cache = await TeacherCache.open(temporaryFolder(), options)
  expect([asked(), cache.size]).toEqual([2, 2])
  expect((await cache.vectors(['第1句', '第2句'])).rows).toBe(2)
  await expect(cache.vectors(['第3句'])).rejects.toMatchObject({ code: 'teacher-text-unknown' })
  await cache.close()
})

test('a damaged file is refused by name', async () => {
  const folder = temporaryFolder()
  const { cache } = await opened(folder)
  await cache.close()
  const path = join(folder, readdirSync(folder)[0] ?? '')
  writeFileSync(path, readFileSync(path).subarray(0, 1000))
  await expect(opened(folder)).rejects.toThrow(/\.vectors is no file of 2500 vectors; remove it/)
})

test('a teacher whose vectors change their length is refused', async () => {
  let calls = 0
  const teacher = await openTeacher(
    async (texts) => {
      calls += 1
      const data = new Float32Array(texts.length * calls)
      return { data, rows: texts.length, dimensions: calls }
    },
    { id: 'growing' },
  )
  const opening = TeacherCache.open(temporaryFolder(), { teacher, datasets: [SENTENCES] })
  await expect(opening).rejects.toMatchObject({ code: 'teacher-dimensions' })
})

test('a folder that cannot be made is an error that names it', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  await expect(opened(join(file, 'cache'))).rejects.toThrow(/cache could not be written/)
})

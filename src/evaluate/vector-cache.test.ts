import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/model-folder.ts'
import { largestDifference } from '../../test/support/vectors.ts'
import type { Encode } from './evaluate-tasks.ts'
import { cachedEncode, fillCache, VectorCache } from './vector-cache.ts'

const D = 3
const vectorOf = (text: string) => {
  const [value = 0] = text.match(/\d+/)?.map(Number) ?? []
  return [value / 7, -value, 1 / 3]
}
const matrixOf = (texts: readonly string[]) => {
  const data = Float32Array.from(texts.flatMap(vectorOf))
  return { data, rows: texts.length, dimensions: D }
}

function recording(): { encode: Encode; encoded: string[] } {
  const encoded: string[] = []
  const encode: Encode = async (texts) => {
    encoded.push(...texts)
    return matrixOf(texts)
  }
  return { encode, encoded }
}

test('what is known is not encoded again, by any program', async () => {
  const folder = temporaryFolder()
  const first = recording()
  const once = await cachedEncode(first.encode, await VectorCache.open(folder))(['a1', 'b2', 'a1'])
  expect(first.encoded.sort()).toEqual(['a1', 'b2'])
  expect(once).toEqual(matrixOf(['a1', 'b2', 'a1']))
  const second = recording()
  const again = cachedEncode(second.encode, await VectorCache.open(folder))
  expect(await again(['a1', 'b2', 'a1'])).toEqual(once)
  expect(second.encoded).toEqual([])
  await again(['a1', '𠮷'])
  expect(second.encoded).toEqual(['𠮷'])
})

test('rows come in the requested order, from several files', async () => {
  const folder = temporaryFolder()
  const cache = await VectorCache.open(folder)
  const texts = Array.from({ length: 300 }, (_, i) => `第${i}句`)
  for (let start = 0; start < 300; start += 100) {
    const block = texts.slice(start, start + 100)
    await cache.add(block, matrixOf(block))
  }
  const encoded = [...texts.filter((_, i) => i % 7 === 3).reverse(), '第0句', '第299句', '第0句']
  expect(await cache.vectors(encoded)).toEqual(matrixOf(encoded))
  expect(await (await VectorCache.open(folder)).vectors(encoded)).toEqual(matrixOf(encoded))
  expect([cache.size, cache.dimensions]).toEqual([300, D])
})

test('float16 takes half the space', async () => {
  const folder = temporaryFolder()
  const cache = await VectorCache.open(folder, { type: 'float16' })
  const texts = ['第2499句', '第0句', '第7句']
  await cache.add(texts, matrixOf(texts))
  const { data } = await cache.vectors(['第7句', '第2499句'])
  expect([...data.subarray(0, D)]).toEqual([1, -7, 0.333251953125])
  // Half of a unit in the last place of float16, at numbers up to 4096.
  expect(largestDifference(data.subarray(D), vectorOf('2499'))).toBeLessThanOrEqual(1)
  const [file = ''] = readdirSync(folder)
  expect(statSync(join(folder, file)).size).toBe(24 + 3 * (8 + 2 * D))
  expect((await VectorCache.open(folder)).size).toBe(0)
})

test('two programs may add to one folder, also the same', async () => {
  const folder = temporaryFolder()
  const caches = [await VectorCache.open(folder), await VectorCache.open(folder)]
  for (const [i, cache] of caches.entries()) {
    const texts = ['第5句', `第${i}句`]
    await cache.add(texts, matrixOf(texts))
  }
  const all = await VectorCache.open(folder)
  expect(all.size).toBe(3)
  expect(await all.vectors(['第1句', '第5句'])).toEqual(matrixOf(['第1句', '第5句']))
})

test('a damaged or half-written file is passed over', async () => {
  const folder = temporaryFolder()
  await cachedEncode(recording().encode, await VectorCache.open(folder))(['a1'])
  const [name = ''] = readdirSync(folder)
  const content = readFileSync(join(folder, name))
  for (const damaged of [content.subarray(0, 30), Buffer.alloc(0), content.fill(1, 32, 34)]) {
    writeFileSync(join(folder, name), damaged)
    const { encode, encoded } = recording()
    const vectors = await cachedEncode(encode, await VectorCache.open(folder))(['a1'])
    expect(encoded).toEqual(['a1'])
    expect(vectors).toEqual(matrixOf(['a1']))
  }
})

test('an interruption keeps the blocks that were done', async () => {
  const folder = temporaryFolder()
  const texts = Array.from({ length: 5000 }, (_, i) => `${i}`)
  const controller = new AbortController()
  const done: number[] = []
  const stopped = fillCache(await VectorCache.open(folder), texts, recording().encode, {
    signal: controller.signal,
    onProgress: (progress) => {
      done.push(progress.done)
      controller.abort(new Error('enough'))
    },
  })
  await expect(stopped).rejects.toThrow('enough')
  expect(done).toEqual([2048])
  const { encode, encoded } = recording()
  await fillCache(await VectorCache.open(folder), texts, encode)
  expect(encoded).toHaveLength(5000 - 2048)
})

test('what cannot be: unknown texts, another width, a folder that is a file', async () => {
  const folder = temporaryFolder()
  const cache = await VectorCache.open(folder)
  await cache.add(['a1'], matrixOf(['a1']))
  await expect(cache.vectors(['b2'])).rejects.toMatchObject({ code: 'vectors-unknown' })
  const wider = { data: new Float32Array(4), rows: 1, dimensions: 4 }
  await expect(cache.add(['b2'], wider)).rejects.toMatchObject({ code: 'vectors-dimensions' })
  const file = join(folder, 'file')
  writeFileSync(file, '')
  await expect(VectorCache.open(join(file, 'cache'))).rejects.toThrow(/cache could not be written/)
})

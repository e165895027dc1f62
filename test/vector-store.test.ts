import { execFileSync } from 'node:child_process'
import { readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createMemoryStore, createOrOpenStore, createStore, openStore } from 'yuju/search'
import { hasMilvus, type MilvusServer, startMilvus } from './support/milvus-server.ts'
import { temporaryFolder } from './support/model-folder.ts'
import { describeVectorStore, record } from './support/vector-store-cases.ts'

const OPTIONS = { dimensions: 12, columns: { source: 'string', year: 'number' } } as const
const some = (count: number) => Array.from({ length: count }, (_, i) => record(i))

describeVectorStore({ name: 'in memory', create: createMemoryStore })

describeVectorStore({
  name: 'LanceDB',
  create: (options) => createStore(join(temporaryFolder(), 'store'), options),
})

describe('a store in a folder', () => {
  test('is there again when it is opened again', async () => {
    const path = join(temporaryFolder(), 'store')
    const first = await createStore(path, { ...OPTIONS, model: 'abc' })
    await first.upsert(some(30))
    await first.close()
    const again = await openStore(path)
    expect(again.settings).toEqual(first.settings)
    expect(await again.count()).toBe(30)
    expect((await again.search(record(7).vector, { top: 1 }))[0]?.id).toBe(record(7).id)
    expect((await again.searchText('第13条', { top: 1 }))[0]?.id).toBe(record(13).id)
    await again.close()
    await expect(createStore(path, OPTIONS)).rejects.toThrow('there is a store at')
  })

  test('programs that add the same records at once add them once, with an index of ids too', async () => {
    const path = join(temporaryFolder(), 'store')
    const stores = [await createStore(path, OPTIONS), await openStore(path), await openStore(path)]
    const addTogether = async (from: number) => {
      const records = Array.from({ length: 20 }, (_, i) => record(from + i))
      await Promise.all(stores.map((store) => store.upsert(records)))
    }
    await addTogether(0)
    await addTogether(10)
    const again = await openStore(path)
    expect(await again.count()).toBe(30)
    await again.upsert(Array.from({ length: 10_000 }, (_, i) => record(1000 + i)))
    await Promise.all([again, ...stores].map((store) => store.optimize?.()))
    await addTogether(20)
    await addTogether(30)
    const last = await openStore(path)
    expect(await last.count()).toBe(10_050)
    for (const store of [...stores, again, last]) await store.close()
  }, 120_000)

  test('of programs that make it at once one does, and the others open it', async () => {
    for (let round = 0; round < 3; round += 1) {
      const path = join(temporaryFolder(), 'store')
      const making = [1, 2, 3].map(() => createStore(path, OPTIONS))
      const made = (await Promise.allSettled(making)).flatMap((result) => {
        if (result.status === 'fulfilled') return result.value
        expect(result.reason).toMatchObject({ name: 'StoreError', code: 'store-exists' })
        return []
      })
      expect(made).toHaveLength(1)
      const other = await createOrOpenStore(path, { dimensions: 5 })
      expect(other.settings).toEqual(made[0]?.settings)
      for (const store of [...made, other]) await store.close()
    }
  })

  test('one whose maker was killed before it had an index of words gets it', async () => {
    const { connect } = await import('@lancedb/lancedb')
    const path = join(temporaryFolder(), 'store')
    const store = await createStore(path, OPTIONS)
    await store.upsert(some(30))
    await store.close()
    const connection = await connect(path)
    const table = await connection.openTable('vectors')
    await table.dropIndex('words_idx')
    connection.close()
    const again = await openStore(path)
    expect((await again.searchText('第13条', { top: 1 }))[0]?.id).toBe(record(13).id)
    await again.close()
  })

  test('where there is none, or something else', async () => {
    const folder = temporaryFolder()
    await expect(openStore(join(folder, 'none'))).rejects.toThrow('there is no store at')
    expect(readdirSync(folder)).toEqual([])
    const file = join(folder, 'file')
    writeFileSync(file, 'x')
    await expect(openStore(file)).rejects.toThrow('is a file; a store is a folder')
  })

  test('a damaged one is said to be so, whatever was damaged', async () => {
    for (const part of ['_versions', 'data']) {
      const path = join(temporaryFolder(), 'store')
      const store = await createStore(path, OPTIONS)
      await store.upsert(some(30))
      await store.close()
      const folder = join(path, 'vectors.lance', part)
      for (const name of readdirSync(folder)) truncateSync(join(folder, name), 10)
      const use = async () => {
        const opened = await openStore(path)
        try {
          await opened.search(record(1).vector)
        } finally {
          await opened.close()
        }
      }
      await expect(use()).rejects.toMatchObject({ name: 'StoreError', code: 'store-damaged' })
    }
  })

  test('a table that is not of yuju’s making is left alone', async () => {
    const { connect } = await import('@lancedb/lancedb')
    const path = join(temporaryFolder(), 'store')
    const connection = await connect(path)
    await connection.createTable('vectors', [{ id: 'a' }])
    connection.close()
    await expect(openStore(path)).rejects.toMatchObject({ code: 'store-foreign' })
  })

  test('a full disk loses nothing', async ({ skip }) => {
    const folder = temporaryFolder()
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', folder], { stdio: 'pipe' })
    } catch {
      skip('a small disk cannot be mounted here')
    }
    onTestFinished(() => void execFileSync('umount', ['-l', folder]))
    const path = join(folder, 'store')
    const store = await createStore(path, OPTIONS)
    await store.upsert(some(100))
    const more = Array.from({ length: 5000 }, (_, i) => record(1000 + i))
    await expect(store.upsert(more)).rejects.toMatchObject({ code: 'store-disk-full' })
    await store.close()
    const again = await openStore(path)
    expect(await again.count()).toBe(100)
    expect((await again.search(record(7).vector, { top: 1 }))[0]?.id).toBe(record(7).id)
    await again.close()
  })

  test.each(['float32', 'int8', 'binary'] as const)(
    'of many, with an index of %s, finds nearly what looking at all finds',
    async (precision) => {
      // As many as get an index.
      const many = Array.from({ length: 10_500 }, (_, i) => {
        const vector = Float32Array.from({ length: 16 }, (_, j) => {
          return Math.sin((i % 97) * (j + 1)) + 0.4 * Math.sin(i * 12.9898 + j * 78.233)
        })
        return { id: `${i}`, text: '', vector, metadata: { n: i } }
      })
      const options = { dimensions: 16, columns: { n: 'number' } } as const
      const store = await createStore(join(temporaryFolder(), 'store'), { ...options, precision })
      const exact = await createMemoryStore(options)
      for (const one of [store, exact]) await one.upsert(many)
      await store.optimize?.()
      await store.optimize?.()
      let found = 0
      for (let i = 0; i < 30; i += 1) {
        const query = (many[i * 300]?.vector ?? new Float32Array()).map((x, j) => x + 0.1 * j)
        const wanted = new Set((await exact.search(query)).map(({ id }) => id))
        found += (await store.search(query)).filter(({ id }) => wanted.has(id)).length
      }
      // Sixteen bits tell little, and LanceDB draws its partitions at random.
      expect(found / 300).toBeGreaterThanOrEqual(precision === 'binary' ? 0.75 : 0.9)
      // Few that a filter leaves are all found, though they lie in partitions far away.
      const filter = [{ column: 'n', operator: '<', value: 5 }] as const
      const [query] = many.slice(-1)
      expect(await store.search(query?.vector ?? new Float32Array(), { filter })).toHaveLength(5)
      await store.close()
    },
    // Graphs take their time to be built where other programs are busy.
    600_000,
  )
})

describe.skipIf(!hasMilvus())('on a Milvus server', { timeout: 300_000 }, () => {
  let server: MilvusServer
  let made = 0
  const place = () => {
    made += 1
    return `${server.url}/c${made}`
  }

  beforeAll(async () => {
    server = await startMilvus()
  })
  afterAll(() => server.stop())

  describeVectorStore({ name: 'Milvus', create: (options) => createStore(place(), options) })

  test('is there again when it is opened again', async () => {
    const url = place()
    const first = await createStore(url, { ...OPTIONS, model: 'abc' })
    await first.upsert(some(30))
    await first.close()
    const again = await openStore(url)
    expect(again.settings).toEqual(first.settings)
    expect(await again.count()).toBe(30)
    await again.close()
    await expect(createStore(url, OPTIONS)).rejects.toThrow('there is a store at')
    await expect(openStore(place())).rejects.toThrow('there is no store at')
  })

  test('of programs that make it at once one does, and the others open it', async () => {
    const url = place()
    const stores = await Promise.all([1, 2, 3].map(() => createOrOpenStore(url, OPTIONS)))
    await Promise.all(stores.map((store, i) => store.upsert([record(i)])))
    expect(await stores[0]?.count()).toBe(3)
    expect(await stores[2]?.searchText('花呗')).toHaveLength(1)
    for (const store of stores) await store.close()
  })

  test('lists more ids than a server gives at once', async () => {
    const store = await createStore(place(), { dimensions: 2 })
    const vector = Float32Array.of(1, 1)
    const ids = Array.from({ length: 10_500 }, (_, i) => `记录${(i * 7919) % 10_500}`)
    await store.upsert(ids.map((id) => ({ id, text: '', vector })))
    const found: string[] = []
    for await (const block of store.ids()) found.push(...block)
    expect(found.sort()).toEqual(ids.sort())
    await store.close()
  })

  test('a text longer than Milvus takes is refused', async () => {
    const store = await createStore(place(), OPTIONS)
    const long = record(1, { text: '长'.repeat(30_000) })
    await expect(store.upsert([long])).rejects.toThrow('90000 bytes, and Milvus takes 65535')
    await store.close()
  })
})

test('a Milvus server that is not there', async () => {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const address = probe.address()
  const port = typeof address === 'object' ? address?.port : 0
  await new Promise((resolve) => probe.close(resolve))
  await expect(openStore(`milvus://127.0.0.1:${port}/c`)).rejects.toMatchObject({
    code: 'store-unreachable',
  })
})

test.each(['milvus://127.0.0.1:19530', 'milvus://127.0.0.1/a-b', 'http://x/a/b/c'])(
  '%s names no collection',
  async (location) => {
    await expect(openStore(location)).rejects.toThrow('names no collection')
  },
)

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { InputError, StoreError, similarityOf } from 'yuju'
import type { Filter, StoreOptions, VectorRecord, VectorStore } from 'yuju/search'

const DIMENSIONS = 12
const COLUMNS = { source: 'string', year: 'number' } as const

/** A way to get at stores of one kind. */
export interface StoreKind {
  readonly name: string
  /** A new, empty store. */
  create(options: StoreOptions): Promise<VectorStore>
}

const WORDS = [
  '花呗怎么还款',
  '今天天气真不错',
  '我想学习人工智能',
  '北京到上海的高铁',
  '借呗额度是多少',
]

/** Record number `i`: its vector is its own, its text one of five with its number behind. */
export function record(i: number, changes: Partial<VectorRecord> = {}): VectorRecord {
  return {
    id: `记录-${i}`,
    text: `${WORDS[i % WORDS.length]}，第${i}条`,
    vector: Float32Array.from({ length: DIMENSIONS }, (_, j) => 0.4 + Math.sin(i * 3.7 + j * i)),
    metadata: { source: i % 2 === 0 ? 'news' : "o'web", year: 2000 + i },
    ...changes,
  }
}

const records = (count: number) => Array.from({ length: count }, (_, i) => record(i))
const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id).sort()

/** How every store behaves. */
export function describeVectorStore({ name, create }: StoreKind): void {
  describe(name, () => {
    let store: VectorStore

    beforeEach(async () => {
      store = await create({ dimensions: DIMENSIONS, columns: COLUMNS, model: 'abc', prompt: 'p' })
    })
    afterEach(() => store.close())

    test('keeps its settings, and fills in the defaults', () => {
      expect(store.settings).toEqual({
        ...{ dimensions: DIMENSIONS, columns: COLUMNS, model: 'abc', prompt: 'p' },
        ...{ similarity: 'cosine', precision: 'float32', maxLength: 0 },
      })
    })

    test('an empty store has nothing to find', async () => {
      expect(await store.count()).toBe(0)
      expect(await store.search(record(1).vector)).toEqual([])
      expect(await store.searchText('还款')).toEqual([])
      expect(await store.get(['x'])).toEqual([])
      await store.delete(['x'])
      await store.upsert([])
    })

    test('gives back what it was given', async () => {
      const odd = [
        record(0, { text: '' }),
        record(1, { text: '𠮷𠮷 "quoted" it\'s \\ 100% `x`\n第二行' }),
        record(2, { id: `it's "2" \\ 🙂` }),
        record(3, { metadata: { source: '', year: -0.5 } }),
      ]
      await store.upsert(odd)
      const found = await store.get([...odd.map(({ id }) => id), 'none', odd[0]?.id ?? ''])
      expect(found).toHaveLength(4)
      for (const one of odd) expect(found).toContainEqual(one)
      const [text] = await store.getTexts([odd[2]?.id ?? ''])
      const { vector: _, ...rest } = odd[2] ?? record(2)
      expect(text).toEqual(rest)
    })

    test('finds what sorting all similarities finds', async () => {
      const all = records(300)
      await store.upsert(all)
      for (const i of [0, 7, 299]) {
        const query = record(i).vector.map((x, j) => x + 0.05 * Math.cos(j))
        const scored = all
          .map(({ id, vector }) => ({ id, score: similarityOf('cosine', query, vector) }))
          .sort((a, b) => b.score - a.score)
        const hits = await store.search(query, { top: 20 })
        expect(hits.map(({ id }) => id)).toEqual(scored.slice(0, 20).map(({ id }) => id))
        hits.forEach(({ score }, place) => {
          expect(score).toBeCloseTo(scored[place]?.score ?? Number.NaN, 5)
        })
      }
      const [best] = await store.search(record(7).vector)
      const { vector: _, ...rest } = record(7)
      expect(best).toMatchObject(rest)
    })

    test('a record that comes again replaces the one there was, the last of a call counts', async () => {
      await store.upsert(records(20))
      await store.upsert([
        record(3, { text: '旧的' }),
        record(3, { text: '新的', vector: record(50).vector }),
      ])
      expect(await store.count()).toBe(20)
      const [best] = await store.search(record(50).vector, { top: 1 })
      expect(best).toMatchObject({ id: record(3).id, text: '新的' })
      expect(best?.score).toBeCloseTo(1, 5)
    })

    test('what is removed is gone, everything else stays', async () => {
      await store.upsert(records(30))
      await store.delete([record(4).id, record(29).id, 'none'])
      expect(await store.count()).toBe(28)
      const left = records(30).filter(({ id }) => id !== record(4).id && id !== record(29).id)
      expect(ids(await store.search(record(4).vector, { top: 30 }))).toEqual(ids(left))
      await store.upsert([record(4)])
      expect(await store.count()).toBe(29)
    })

    test('long texts and long queries leave turns to other work', async () => {
      await store.upsert(records(20))
      await store.searchText('还款')
      let turns = 0
      const other = setInterval(() => {
        turns += 1
      })
      // Longer than a model's limit, and not longer than Milvus takes.
      await store.upsert([record(20, { text: '我想知道花呗如何还款'.repeat(2000) })])
      const [best] = await store.searchText(`${'高铁 '.repeat(50_000)}花呗`, { top: 1 })
      clearInterval(other)
      expect(best?.text).toContain('高铁')
      expect(turns).toBeGreaterThan(3)
      expect((await store.searchText('如何', { top: 1 }))[0]?.id).toBe(record(20).id)
    })

    test('what a filter is true of is removed, everything else stays', async () => {
      await store.upsert(records(30))
      await store.deleteWhere([
        { column: 'source', operator: '=', value: "o'web" },
        { column: 'year', operator: '>=', value: 2010 },
      ])
      const left = records(30).filter((_, i) => i % 2 === 0 || i < 10)
      expect(ids(await store.search(record(4).vector, { top: 30 }))).toEqual(ids(left))
      await store.deleteWhere([{ column: 'year', operator: 'in', value: [] }])
      expect(await store.count()).toBe(20)
    })

    test('a filter without conditions removes nothing', async () => {
      await store.upsert(records(3))
      await expect(store.deleteWhere([])).rejects.toMatchObject({ code: 'filter-empty' })
      const unknown = [{ column: 'z', operator: '=', value: 1 }] as const
      await expect(store.deleteWhere(unknown)).rejects.toThrow(/has: source, year/)
      expect(await store.count()).toBe(3)
    })

    test('lists its ids, all of them or those of a filter', async () => {
      const listed = async (filter?: Filter) => {
        const found: string[] = []
        for await (const block of store.ids(filter)) found.push(...block)
        return found.sort()
      }
      expect(await listed()).toEqual([])
      await store.upsert(records(40))
      await store.delete([record(4).id])
      const there = records(40).filter((_, i) => i !== 4)
      expect(await listed()).toEqual(ids(there))
      const filter = [{ column: 'source', operator: '=', value: 'news' }] as const
      expect(await listed(filter)).toEqual(ids(there.filter((_, i) => i % 2 === (i < 4 ? 0 : 1))))
      await expect(listed([{ column: 'z', operator: '=', value: 1 }])).rejects.toThrow(InputError)
    })

    test('ids that differ in anything are different records', async () => {
      const odd = [
        'a',
        'A',
        'a ',
        ' a',
        'a\n',
        'é',
        'e\u0301',
        '\ufffd',
        '\ufffd\ufffd',
        "a'",
        'a"',
        'a\\',
      ]
      const more = [
        'a\\\\',
        'a%',
        'a_',
        'a`',
        'a\t',
        '\u{1f642}',
        '\u200b',
        'a\u200b',
        "''",
        '--',
        'null',
      ]
      const all = [...odd, ...more].map((id, i) => record(i, { id, text: `${i}` }))
      await store.upsert(all)
      expect(await store.count()).toBe(all.length)
      for (const one of all) expect(await store.get([one.id])).toEqual([one])
      await store.delete(odd)
      expect(ids(await store.getTexts(all.map(({ id }) => id)))).toEqual(more.toSorted())
    })

    test.each<[string, Partial<VectorRecord>]>([
      ['an id', { id: '坏\ud800' }],
      ['a text', { text: '坏\udc01的' }],
      ['metadata', { metadata: { source: '\ud800', year: 1 } }],
    ])('refuses %s with half a surrogate pair, which UTF-8 cannot hold', async (_, broken) => {
      await store.upsert([record(0, { id: '坏\ufffd' })])
      await expect(store.upsert([record(1, broken)])).rejects.toThrow(/half of a surrogate pair/)
      for (const id of ['坏\ud800', '坏\udc01']) {
        expect(await store.get([id])).toEqual([])
        await store.delete([id])
      }
      const filter = [{ column: 'source', operator: '=', value: '\ud800' }] as const
      await expect(store.count(filter)).rejects.toThrow(/half of a surrogate pair/)
      expect(await store.searchText('还款\ud800')).toHaveLength(1)
      expect(ids(await store.search(record(0).vector))).toEqual(['坏\ufffd'])
    })

    test('what has no cosine is refused, and nothing has one with zeros', async () => {
      const filled = (value: number) => record(1, { vector: new Float32Array(12).fill(value) })
      for (const value of [0, -0, 1e-30, 1e30]) {
        await expect(store.upsert([record(0), filled(value)])).rejects.toThrow(InputError)
      }
      await expect(store.upsert([filled(0)])).rejects.toThrow(
        /is all zeros .* leave the record out/,
      )
      expect(await store.count()).toBe(0)
      const all = [
        record(0),
        filled(1e-10),
        record(2, { vector: new Float32Array(12).fill(-1e10) }),
      ]
      await store.upsert(all)
      expect(ids(await store.search(record(3).vector))).toEqual(ids(all))
      expect(await store.search(new Float32Array(12))).toEqual([])
      await expect(store.search(new Float32Array(12).fill(1e30))).rejects.toThrow(/are infinite/)
    })

    test.each([
      ['=', 'news', (source: string) => source === 'news'],
      ['!=', 'news', (source: string) => source !== 'news'],
      ['=', "o'web", (source: string) => source === "o'web"],
      ['<', 'o', (source: string) => source < 'o'],
    ] as const)('a filter of texts: source %s %s', async (operator, value, accepts) => {
      await store.upsert(records(40))
      const filter = [{ column: 'source', operator, value }]
      const expected = records(40).filter(({ metadata }) => accepts(String(metadata?.source)))
      expect(ids(await store.search(record(1).vector, { top: 40, filter }))).toEqual(ids(expected))
      expect(await store.count(filter)).toBe(expected.length)
    })

    test.each([
      ['>=', 2035, 5],
      ['>', 2035, 4],
      ['<', 2001, 1],
      ['<=', 2001, 2],
      ['=', 2010, 1],
      ['!=', 2010, 39],
    ] as const)('a filter of numbers: year %s %d', async (operator, value, count) => {
      await store.upsert(records(40))
      expect(await store.count([{ column: 'year', operator, value }])).toBe(count)
    })

    test('filters together, and lists', async () => {
      await store.upsert(records(40))
      const filter = [
        { column: 'source', operator: 'in', value: ["o'web", 'x'] },
        { column: 'year', operator: 'in', value: [2001, 2002, 2003] },
      ] as const
      const hits = await store.search(record(30).vector, { top: 3, filter })
      expect(ids(hits)).toEqual(ids([record(1), record(3)]))
      expect(await store.count([{ column: 'year', operator: 'in', value: [] }])).toBe(0)
    })

    test('finds words, the rarest count most, and filters them', async () => {
      await store.upsert(records(40))
      const hits = await store.searchText('高铁 第13条', { top: 3 })
      expect(hits[0]).toMatchObject({ id: record(13).id, text: record(13).text })
      expect(hits.map(({ score }) => score)).toEqual(
        hits.map(({ score }) => score).sort((a, b) => b - a),
      )
      const filter = [{ column: 'year', operator: '>', value: 2020 }] as const
      const filtered = await store.searchText('高铁', { top: 40, filter })
      expect(ids(filtered)).toEqual(ids([23, 28, 33, 38].map((i) => record(i))))
      expect(await store.searchText('，。！')).toEqual([])
    })

    test('words of texts that were replaced or removed are found no more', async () => {
      await store.upsert(records(10))
      expect(await store.searchText('借呗')).toHaveLength(2)
      await store.upsert([record(4, { text: '换了一句话' })])
      await store.delete([record(9).id])
      expect(await store.searchText('借呗')).toEqual([])
      expect(ids(await store.searchText('换了'))).toEqual([record(4).id])
    })

    test('is the same after optimize', async () => {
      await store.upsert(records(50))
      const before = await store.search(record(8).vector, { top: 50 })
      await store.optimize?.()
      expect(await store.search(record(8).vector, { top: 50 })).toEqual(before)
    })

    test.each<[string, readonly VectorRecord[], RegExp]>([
      ['another dimension', [record(1, { vector: new Float32Array(5) })], /have 12 .* has 5/],
      ['NaN', [record(1, { vector: new Float32Array(12).fill(Number.NaN) })], /holds NaN/],
      ['an id of nothing', [record(1, { id: '' })], /1 to 512 bytes/],
      ['an id that is too long', [record(1, { id: '长'.repeat(200) })], /1 to 512 bytes/],
      ['a column too few', [record(1, { metadata: { year: 1 } })], /source must be a string/],
      [
        'a column too many',
        [record(1, { metadata: { source: '', year: 1, z: 1 } })],
        /no column z/,
      ],
      ['another type', [record(1, { metadata: { source: '', year: '1' } })], /must be a number/],
    ])('refuses %s, and keeps nothing of that call', async (_, wrong, message) => {
      await expect(store.upsert([record(0), ...wrong])).rejects.toThrow(message)
      await expect(store.upsert([record(0), ...wrong])).rejects.toThrow(InputError)
      expect(await store.count()).toBe(0)
    })

    test('refuses searches that cannot be meant', async () => {
      const { vector } = record(1)
      await expect(store.search(new Float32Array(3))).rejects.toThrow(/have 12 .* has 3/)
      await expect(store.search(vector, { top: 0 })).rejects.toThrow(/top must be/)
      const unknown = [{ column: 'z', operator: '=', value: 1 }] as const
      await expect(store.search(vector, { filter: unknown })).rejects.toThrow(/has: source, year/)
      const text = [{ column: 'year', operator: '=', value: '2000' }] as const
      await expect(store.count(text)).rejects.toThrow(/holds a number/)
    })

    test('a closed store says so', async () => {
      await store.close()
      await expect(store.count()).rejects.toThrow(StoreError)
      await store.close()
    })

    test('the inner product, where it was asked for', async () => {
      const dot = await create({ dimensions: 3, similarity: 'dot' })
      const make = (id: string, ...numbers: number[]) => {
        return { id, text: id, vector: Float32Array.from(numbers) }
      }
      await dot.upsert([make('long', 3, 4, 0), make('near', 1, 0, 0), make('far', -1, 0, 0)])
      const hits = await dot.search(Float32Array.of(1, 0, 0))
      expect(hits.map(({ id }) => id)).toEqual(['long', 'near', 'far'])
      expect(hits.map(({ score }) => Math.round(score * 1e4) / 1e4)).toEqual([3, 1, -1])
      await dot.upsert([make('zero', 0, 0, 0)])
      const more = await dot.search(Float32Array.of(1, 0, 0))
      expect(more.map(({ id }) => id)).toEqual(['long', 'near', 'zero', 'far'])
      expect(await dot.search(new Float32Array(3))).toHaveLength(4)
      await dot.close()
    })
  })
}

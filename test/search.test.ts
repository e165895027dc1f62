import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SentenceEncoder, similarityOf } from 'yuju'
import {
  createMemoryStore,
  createStore,
  indexTexts,
  modelSettings,
  openStore,
  parseFilter,
  TextSearch,
  type VectorStore,
} from 'yuju/search'
import { fuseRanks } from '../src/search/hybrid-search.ts'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES } from './support/shared.ts'
import { finished, start, yuju } from './support/yuju-command.ts'

const TINY = join(FIXTURES, 'models/tiny-bert-zh')
const OTHER = join(FIXTURES, 'models/tiny-dense-normalize')
const SENTENCES = [
  '花呗怎么还款',
  '今天天气真不错',
  '北京到上海的高铁',
  '我的儿子在哪儿',
  '借呗额度',
]

let encoder: SentenceEncoder
beforeAll(async () => {
  encoder = await SentenceEncoder.load(TINY, { onWarning: () => {} })
})
afterAll(() => encoder.dispose())

async function emptyStore(): Promise<VectorStore> {
  const settings = await modelSettings(encoder.checkpoint)
  const columns = { n: 'number' } as const
  return createMemoryStore({ ...settings, columns, dimensions: encoder.dimensions })
}

async function idsOf(store: VectorStore): Promise<string[]> {
  const ids: string[] = []
  for await (const block of store.ids()) ids.push(...block)
  return ids.sort()
}

const numbered = (texts: readonly string[]) =>
  texts.map((text, n) => ({ id: `${n}`, text, metadata: { n } }))

describe('indexing', () => {
  test('keeps the vectors that encode gives', async () => {
    const store = await emptyStore()
    await indexTexts(encoder, store, numbered(SENTENCES))
    const alone = await encoder.encode(SENTENCES[2] ?? '')
    const [found] = await store.get(['2'])
    found?.vector.forEach((value, i) => {
      expect(value).toBeCloseTo(alone[i] ?? Number.NaN, 6)
    })
    expect(found?.metadata).toEqual({ n: 2 })
  })

  test('encodes again only what has changed, whatever the blocks', async () => {
    const store = await emptyStore()
    const first = await indexTexts(encoder, store, numbered(SENTENCES), { blockSize: 2 })
    const none = { skipped: 0, removed: 0 }
    expect(first).toEqual({ read: 5, encoded: 5, changed: 0, unchanged: 0, ...none })
    const [before] = await store.get(['1'])
    const texts = numbered(SENTENCES).map((text, n) => {
      if (n === 0) return { ...text, text: '换了一句' }
      return n === 1 ? { ...text, metadata: { n: 100 } } : text
    })
    const more = [...texts, { id: 'new', text: '新', metadata: { n: 9 } }]
    const again = await indexTexts(encoder, store, more, { blockSize: 3 })
    expect(again).toEqual({ read: 6, encoded: 2, changed: 1, unchanged: 3, ...none })
    expect(await store.get(['1'])).toEqual([{ ...before, metadata: { n: 100 } }])
    expect((await store.getTexts(['0']))[0]?.text).toBe('换了一句')
    expect(await store.count()).toBe(6)
  })

  test('without ids, equal texts are one record', async () => {
    const store = await emptyStore()
    const texts = ['甲', '乙', '甲', '丙', '甲'].map((text) => ({ text, metadata: { n: 1 } }))
    for (const blockSize of [2, 10]) {
      await indexTexts(encoder, store, texts, { blockSize })
      expect(await store.count()).toBe(3)
    }
  })

  test('prune removes what is not among the texts, of all or of a filter', async () => {
    const store = await emptyStore()
    await indexTexts(encoder, store, numbered(SENTENCES))
    const texts = numbered(SENTENCES).slice(1, 3)
    const filter = parseFilter(['n<4'], store.settings)
    const some = await indexTexts(encoder, store, texts, { prune: filter, blockSize: 1 })
    expect(some).toMatchObject({ read: 2, encoded: 0, unchanged: 2, removed: 2 })
    expect(await idsOf(store)).toEqual(['1', '2', '4'])
    const all = await indexTexts(encoder, store, texts, { prune: [] })
    expect(all).toMatchObject({ removed: 1 })
    expect(await idsOf(store)).toEqual(['1', '2'])
    expect(await indexTexts(encoder, store, texts, { prune: [] })).toMatchObject({ removed: 0 })
  })

  test('prune removes nothing where a run does not come to its end', async () => {
    const store = await emptyStore()
    await indexTexts(encoder, store, numbered(SENTENCES))
    async function* broken() {
      yield { id: 'new', text: '新', metadata: { n: 9 } }
      throw new Error('the disk')
    }
    await expect(indexTexts(encoder, store, broken(), { prune: [] })).rejects.toThrow('the disk')
    const stopped = new AbortController()
    const texts = numbered(SENTENCES).slice(0, 1)
    const options = {
      prune: [],
      signal: stopped.signal,
      onProgress: () => stopped.abort(new Error('stopped')),
    }
    await expect(indexTexts(encoder, store, texts, options)).rejects.toThrow('stopped')
    const unknown = [{ column: 'z', operator: '=', value: 1 }] as const
    await expect(indexTexts(encoder, store, texts, { prune: unknown })).rejects.toThrow(
      /column "z"/,
    )
    expect(await store.count()).toBeGreaterThanOrEqual(5)
  })

  test('texts that would be there twice, with ids and without, are warned of', async () => {
    const bare = SENTENCES.map((text, n) => ({ text, metadata: { n } }))
    for (const [first, second, words] of [
      [numbered(SENTENCES), bare, 'ids of their own (such as "0"): added without ids'],
      [bare, numbered(SENTENCES), 'but hashes: added with ids'],
    ] as const) {
      const store = await emptyStore()
      const warnings: string[] = []
      const onWarning = (message: string) => void warnings.push(message)
      await indexTexts(encoder, store, first, { onWarning, blockSize: 2 })
      await indexTexts(encoder, store, first, { onWarning, blockSize: 2 })
      expect(warnings).toEqual([])
      await indexTexts(encoder, store, second, { onWarning, blockSize: 2 })
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain(words)
      expect(await store.count()).toBe(10)
      await indexTexts(encoder, store, first, { onWarning: () => {}, prune: [] })
      expect(await store.count()).toBe(5)
    }
  })

  test('half a surrogate pair is no character: in texts U+FFFD, in ids refused', async () => {
    const store = await emptyStore()
    const broken = [{ text: '坏\ud800', metadata: { n: 0 } }]
    expect(await indexTexts(encoder, store, broken)).toMatchObject({ encoded: 1 })
    expect(await indexTexts(encoder, store, broken)).toMatchObject({ encoded: 0, unchanged: 1 })
    const [id = ''] = await idsOf(store)
    expect((await store.getTexts([id]))[0]?.text).toBe('坏\ufffd')
    const named = [{ id: '\udc00', text: '好', metadata: { n: 0 } }]
    await expect(indexTexts(encoder, store, named)).rejects.toThrow(/half of a surrogate pair/)
  })

  test('texts that a static model knows no part of are left out, and said', async () => {
    await using bag = await SentenceEncoder.load(join(FIXTURES, 'static/model2vec'), {
      onWarning: () => {},
    })
    const { dimensions } = bag
    const store = await createMemoryStore({ dimensions })
    const texts = ['花呗', '', '天气'].map((text, n) => ({ id: `${n}`, text }))
    expect(await indexTexts(bag, store, texts)).toMatchObject({ read: 3, encoded: 2, skipped: 1 })
    expect(await idsOf(store)).toEqual(['0', '2'])
    const emptied = [{ id: '0', text: '' }]
    expect(await indexTexts(bag, store, emptied)).toMatchObject({ encoded: 0, skipped: 1 })
    expect(await idsOf(store)).toEqual(['2'])
    const search = await TextSearch.open(bag, store)
    expect(await search.search('')).toEqual([])
    expect(await search.search('', { hybrid: true })).toEqual([])
  })

  test('another model is refused, to index and to search', async () => {
    const store = await emptyStore()
    await using other = await SentenceEncoder.load(OTHER, { onWarning: () => {} })
    const wrong = { code: 'store-model' }
    await expect(indexTexts(other, store, numbered(SENTENCES))).rejects.toMatchObject(wrong)
    await expect(TextSearch.open(other, store)).rejects.toMatchObject(wrong)
  })

  test('an error of the store ends it, and what was written before stays', async () => {
    const store = await emptyStore()
    const texts = numbered(SENTENCES).map((text, n) => (n === 4 ? { ...text, id: '' } : text))
    await expect(indexTexts(encoder, store, texts, { blockSize: 2 })).rejects.toThrow(/1 to 512/)
    expect(await store.count()).toBe(4)
  })
})

describe('searching', () => {
  test('finds as similarity says', async () => {
    const store = await emptyStore()
    await indexTexts(encoder, store, numbered(SENTENCES))
    const search = await TextSearch.open(encoder, store)
    const hits = await search.search('花呗如何还款', { top: 3 })
    const query = await encoder.encode('花呗如何还款')
    const scored = await Promise.all(
      SENTENCES.map(async (text) => similarityOf('cosine', query, await encoder.encode(text))),
    )
    expect(hits.map(({ score }) => score.toFixed(5))).toEqual(
      scored
        .sort((a, b) => b - a)
        .slice(0, 3)
        .map((score) => score.toFixed(5)),
    )
  })

  test('hybrid: what words and vectors both find comes first', async () => {
    const store = await emptyStore()
    await indexTexts(encoder, store, numbered(SENTENCES))
    const search = await TextSearch.open(encoder, store)
    const [best] = await search.search('高铁', { hybrid: true })
    expect(best?.text).toBe('北京到上海的高铁')
    const filter = parseFilter(['n<2'], store.settings)
    const filtered = await search.search('高铁', { hybrid: true, filter })
    expect(filtered.map(({ id }) => id).sort()).toEqual(['0', '1'])
  })

  test('ranks are fused by the formula', () => {
    const hit = (id: string) => ({ id, text: id, metadata: {}, score: 7 })
    const fused = fuseRanks(
      [
        [hit('a'), hit('b')],
        [hit('b'), hit('c')],
      ],
      2,
    )
    expect(fused.map(({ id, score }) => [id, score])).toEqual([
      ['b', 1 / 62 + 1 / 61],
      ['a', 1 / 61],
    ])
  })

  test.each([
    ['n>=2', [{ column: 'n', operator: '>=', value: 2 }]],
    ['n = 2', [{ column: 'n', operator: '=', value: 2 }]],
    ['s!=a=b', [{ column: 's', operator: '!=', value: 'a=b' }]],
    ['s=2', [{ column: 's', operator: '=', value: '2' }]],
    ['s=', [{ column: 's', operator: '=', value: '' }]],
    ['s in ["a","b"]', [{ column: 's', operator: 'in', value: ['a', 'b'] }]],
  ])('the filter %s', async (words, expected) => {
    const columns = { n: 'number', s: 'string' } as const
    const { settings } = await createMemoryStore({ dimensions: 1, columns })
    expect(parseFilter([words], settings)).toEqual(expected)
  })

  test.each(['n', 'n>=x', 'n=', 'z=1', 'n in 3', 'n in ["a"]', ''])(
    'the filter "%s" is refused',
    async (words) => {
      const { settings } = await createMemoryStore({ dimensions: 1, columns: { n: 'number' } })
      expect(() => parseFilter([words], settings)).toThrow()
    },
  )
})

describe('the commands', { timeout: 300_000 }, () => {
  function inputFile(name: string, content: string): string {
    const path = join(temporaryFolder(), name)
    writeFileSync(path, content)
    return path
  }
  const rows = SENTENCES.map((text, n) => ({
    text,
    key: `k${n}`,
    source: n % 2 ? 'web' : 'news',
    n,
  }))
  const jsonLines = rows.map((row) => JSON.stringify(row)).join('\n')

  test('index, index again, search', async () => {
    const store = join(temporaryFolder(), 'store')
    const input = inputFile('texts.jsonl', jsonLines)
    const model = ['--store', store, '--model', TINY]
    const columns = ['--id', 'key', '--metadata', 'source,n']
    const made = await yuju('index', '--input', input, ...columns, ...model, '--json')
    expect(made.stderr).toBe('')
    expect(JSON.parse(made.stdout)).toMatchObject({ read: 5, encoded: 5, records: 5 })
    const again = await yuju('index', '--input', input, '--id', 'key', ...model)
    expect(again.stdout).toContain('5 texts; of 5 read, 0 were encoded')

    const filters = ['--filter', 'source=news', '--filter', 'n>0']
    const found = await yuju('search', '高铁', ...model, '--hybrid', ...filters, '--json')
    const hits = found.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(hits.map(({ id }) => id)).toEqual(['k2', 'k4'])
    expect(hits[0]).toMatchObject({ text: SENTENCES[2], metadata: { source: 'news', n: 2 } })
    const lines = await yuju('search', SENTENCES[0] ?? '', ...model, '--top', '1')
    expect(lines.stdout).toBe(`1.0000\t${SENTENCES[0]}\tsource=news\tn=0\n`)
  })

  test('prune, delete, and a run without the ids of before', async () => {
    const store = join(temporaryFolder(), 'store')
    const model = ['--store', store, '--model', TINY]
    const input = inputFile('texts.jsonl', jsonLines)
    const named = ['index', '--input', input, '--id', 'key', ...model]
    await yuju(...named, '--metadata', 'source,n')
    const doubled = await yuju('index', '--input', input, ...model, '--json')
    expect(doubled.stderr).toMatch(
      /^warning: the texts of the store have ids of their own .* by --id as before; --prune then/,
    )
    expect(JSON.parse(doubled.stdout)).toMatchObject({ encoded: 5, removed: 0, records: 10 })
    const pruned = await yuju(...named, '--prune')
    expect(pruned.stdout).toContain('5 texts; of 5 read, 0 were encoded')
    expect(pruned.stdout).toContain('5 were there already, 5 others were removed\n')

    const removed = await yuju('delete', '--store', store, '--id', 'k0', '--id', 'k4', '--id', 'x')
    expect(removed.stdout).toBe(`${store}: 2 texts were removed, 3 are left\n`)
    const filters = ['--filter', 'source=web', '--filter', 'n>1']
    const filtered = await yuju('delete', '--store', store, ...filters, '--json')
    expect(JSON.parse(filtered.stdout)).toEqual({ store, removed: 1, records: 2 })
    const kept = inputFile('kept.jsonl', JSON.stringify(rows[2]))
    const some = ['--prune', '--filter', 'source=news']
    await yuju('index', '--input', kept, '--id', 'key', ...model, ...some)
    const opened = await openStore(store)
    expect(await idsOf(opened)).toEqual(['k1', 'k2'])
    await opened.close()

    for (const words of [[], ['--id', 'a', '--filter', 'n=1'], ['--filter', 'n'], ['--id']]) {
      const wrong = await yuju('delete', '--store', store, ...words)
      expect(wrong).toMatchObject({ code: words[0] === '--filter' ? 1 : 2, stdout: '' })
      expect(wrong.stderr).toMatch(/^yuju: .+\n$/)
    }
    expect(await yuju(...named, '--filter', 'n=1')).toMatchObject({ code: 2 })
    const missing = await yuju('delete', '--store', join(store, 'none'), '--id', 'a')
    expect(missing).toMatchObject({ code: 1, stdout: '' })
  })

  test('several that begin a store at once all add to it', async () => {
    const folder = temporaryFolder()
    const store = join(folder, 'store')
    const runs = ['n,source', 'source,n', 'n,source'].map((metadata, run) => {
      const lines = rows.map((row) => JSON.stringify({ ...row, text: `${row.text}${run}` }))
      const input = inputFile('texts.jsonl', lines.join('\n'))
      const words = ['--input', input, '--store', store, '--metadata', metadata, '--model', TINY]
      return finished(start(['index', ...words, '--json', '--threads', '1']))
    })
    for (const { code, stderr } of await Promise.all(runs)) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    }
    const opened = await openStore(store)
    expect(await opened.count()).toBe(15)
    expect(await opened.count([{ column: 'source', operator: '=', value: 'web' }])).toBe(6)
    expect(await opened.searchText('高铁')).toHaveLength(3)
    await opened.close()
  })

  test('columns of a csv are texts, or numbers where that is said', async () => {
    const store = join(temporaryFolder(), 'store')
    const csv = rows.map(({ text, n }) => `${text},${n}`).join('\n')
    const input = inputFile('texts.csv', `text,n\n${csv}\n`)
    const words = ['index', '--input', input, '--store', store, '--model', TINY]
    expect((await yuju(...words, '--metadata', 'n:number')).code).toBe(0)
    const opened = await openStore(store)
    expect(opened.settings.columns).toEqual({ n: 'number' })
    expect(await opened.count([{ column: 'n', operator: '>', value: 2 }])).toBe(2)
    await opened.close()
    const broken = inputFile('texts.csv', 'text,n\n甲,1\n乙,x\n')
    const failed = await yuju('index', '--input', broken, ...words.slice(3))
    expect(failed).toMatchObject({ code: 1 })
    expect(failed.stderr).toContain('line 3: the column n must be a number, but is "x"')
  })

  test('what contradicts the store is refused', async () => {
    const store = join(temporaryFolder(), 'store')
    const input = inputFile('texts.jsonl', jsonLines)
    const words = ['index', '--input', input, '--store', store]
    await yuju(...words, '--model', TINY)
    const other = await yuju(...words, '--model', OTHER)
    expect(other).toMatchObject({ code: 1 })
    expect(other.stderr).toContain('were made by another model')
    const prompt = await yuju(...words, '--model', TINY, '--prompt', 'query: ')
    expect(prompt.stderr).toContain('the prompt of the texts in the store is "", but "query: "')
    const columns = await yuju(...words, '--model', TINY, '--metadata', 'n')
    expect(columns).toMatchObject({ code: 2 })
    expect(columns.stderr).toContain('--metadata is n, but the store was made with none')
  })

  test('a store that is not there, words that are wrong', async () => {
    const none = join(temporaryFolder(), 'none')
    const missing = await yuju('search', 'x', '--store', none, '--model', TINY)
    expect(missing).toMatchObject({ code: 1, stdout: '' })
    expect(missing.stderr).toBe(
      `yuju: there is no store at ${none}; make one with yuju index, or createStore\n`,
    )
    expect(await yuju('search', 'x', '--model', TINY)).toMatchObject({ code: 2 })
    expect(await yuju('index', '--store', none, '--model', TINY)).toMatchObject({ code: 2 })
  })

  test('from standard input', async () => {
    const store = join(temporaryFolder(), 'store')
    const child = start(['index', '--input', '-', '--store', store, '--model', TINY, '--json'])
    child.stdin?.end(SENTENCES.join('\n'))
    expect(JSON.parse((await finished(child)).stdout)).toMatchObject({ read: 5, records: 5 })
  })
})

test('killed at any time and started again, a store has every text once', {
  timeout: 600_000,
}, async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'store')
  const settings = await modelSettings(encoder.checkpoint)
  await (await createStore(path, { ...settings, dimensions: encoder.dimensions })).close()
  const program = join(import.meta.dirname, 'support/index-numbers.mjs')
  const run = () =>
    spawn(process.execPath, [program, path, TINY], { stdio: ['ignore', 'pipe', 'inherit'] })
  for (const written of [1, 3, 6]) {
    const child = run()
    let progress = ''
    for await (const chunk of child.stdout) {
      progress += String(chunk)
      if (progress.split('\n').length > written) break
    }
    child.kill('SIGKILL')
    await once(child, 'close')
  }
  const last = run()
  last.stdout.resume()
  const [code] = await once(last, 'close')
  expect(code).toBe(0)
  const store = await openStore(path)
  expect(await store.count()).toBe(1000)
  const ids = Array.from({ length: 1000 }, (_, i) => `${i}`)
  const texts = await store.getTexts(ids)
  expect(texts.map(({ id, text }) => `${id} ${text}`).sort()).toEqual(
    ids.map((id) => `${id} 第${id}句话`).sort(),
  )
  const [some] = await store.get(['777'])
  const alone = await encoder.encode('第777句话')
  some?.vector.forEach((value, i) => {
    expect(value).toBeCloseTo(alone[i] ?? Number.NaN, 6)
  })
  await store.close()
})

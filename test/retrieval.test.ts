import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from './support/model-folder.ts'
import { retrievalFolder } from './support/retrieval-folder.ts'
import { FIXTURES } from './support/shared.ts'
import { yuju } from './support/yuju-command.ts'

const TINY = join(FIXTURES, 'models/tiny-bert-zh')
const OTHER = join(FIXTURES, 'models/tiny-dense-normalize')

const cached = () => ['--vector-cache', temporaryFolder()]

test('a text finds itself, in files that are named', async () => {
  const set = retrievalFolder()
  const files = ['queries', 'corpus', 'relevance'].flatMap((name) => {
    return [`--${name}`, join(set, `${name}.tsv`)]
  })
  const { code, stdout } = await yuju('retrieval', TINY, ...files, ...cached(), '--json')
  expect(code).toBe(0)
  const [result] = JSON.parse(stdout)
  expect(result).toMatchObject({ ndcg10: 100, mrr10: 100, recall1: 100, queries: 3 })
})

test('several models on several sets stand in one table', async () => {
  const [set, beir] = [retrievalFolder(), retrievalFolder({ beir: true })]
  const flags = ['--data', set, '--data', beir, ...cached()]
  const { code, stdout } = await yuju('retrieval', TINY, OTHER, ...flags)
  expect(code).toBe(0)
  expect(stdout.match(/100\.00 to 100\.00/g)).toHaveLength(4)
  for (const name of [set, beir, TINY, OTHER]) expect(stdout).toContain(basename(name))
})

test('a query gets the prompt that is asked for', async () => {
  const flags = ['--data', retrievalFolder(), ...cached(), '--json']
  const best = async (...prompt: readonly string[]) => {
    const { stdout } = await yuju('retrieval', TINY, ...flags, ...prompt)
    return JSON.parse(stdout)[0].mrr10
  }
  expect(await best()).toBe(100)
  expect(await best('--query-prompt', '今天天气真不错'.repeat(9))).toBeLessThan(100)
})

test.each([
  [['--queries', 'x.tsv'], 2, 'name folders in --data, or files in'],
  [['--data', FIXTURES], 1, 'holds no relevance.tsv or qrels/test.tsv'],
])('refuses %o', async (flags, code, message) => {
  const result = await yuju('retrieval', TINY, ...flags)
  expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(message)])
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES } from './support/shared.ts'
import { yuju } from './support/yuju-command.ts'

const TINY = join(FIXTURES, 'models/tiny-bert-zh')

test('a text finds itself', async () => {
  const folder = temporaryFolder()
  const [texts, relevance] = [join(folder, 'texts.tsv'), join(folder, 'relevance.tsv')]
  writeFileSync(texts, 'a\t花呗怎么还款\nb\t今天天气真不错\nc\t一个女人在弹吉他。\n')
  writeFileSync(relevance, 'a\ta\t1\nb\tb\t1\nc\tc\t1\n')
  const files = ['--queries', texts, '--corpus', texts, '--relevance', relevance]
  const { code, stdout, stderr } = await yuju('retrieval', TINY, ...files, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [result] = JSON.parse(stdout)
  expect(result).toMatchObject({ ndcg10: 100, mrr10: 100, recall1: 100, queries: 3 })
  const printed = await yuju('retrieval', TINY, TINY, ...files)
  expect(printed.stdout.match(/100\.00 to 100\.00/g)).toHaveLength(2)
})

test('a file that is not named', async () => {
  const { code, stderr } = await yuju('retrieval', TINY, '--queries', 'x.tsv')
  expect(code).toBe(2)
  expect(stderr).toContain('--corpus and --relevance are needed')
})

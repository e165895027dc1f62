import { expect, test } from 'vitest'
import { planShards } from './shard.ts'

const found = (path: string) => ({ path, location: `/in/${path}`, bytes: 1 })
const plan = (...paths: readonly string[]) =>
  planShards(paths.map(found), { input: '/in', format: 'npy' }).map(({ output }) => output)

test('vectors are called as their texts', () => {
  expect(plan('a.jsonl', 'x.y/b.c.parquet', 'd.txt.gz', 'x.y/e')).toEqual([
    'a.npy',
    'x.y/b.c.npy',
    'd.npy',
    'x.y/e.npy',
  ])
})

test('two files have not one name', () => {
  expect(() => plan('a.jsonl', 'a.txt.gz')).toThrow('/in/a.jsonl and /in/a.txt.gz would both be')
})

test('nothing is no run', () => {
  expect(() => plan()).toThrow('no file of texts was found in /in')
})

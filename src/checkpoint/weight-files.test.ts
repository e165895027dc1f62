import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/model-folder.ts'
import { FIXTURES } from '../../test/support/shared.ts'
import { modelFolder, tinyWeight } from '../../test/support/tiny-model.ts'
import { diskFolder } from './disk-folder.ts'
import { readWeightFiles } from './weight-files.ts'

const SHARDS = {
  'model-00001-of-00002.safetensors': [tinyWeight('a', [2]), tinyWeight('extra', [1])],
  'model-00002-of-00002.safetensors': [tinyWeight('b', [3])],
}
const WEIGHT_MAP = {
  a: 'model-00001-of-00002.safetensors',
  b: 'model-00002-of-00002.safetensors',
}

function sharded(index: unknown, shards: Parameters<typeof modelFolder>[1] = SHARDS) {
  return modelFolder({ 'model.safetensors.index.json': index }, shards)
}

test('the tensors the index names, of both shards', async () => {
  const folder = await sharded({ metadata: { total_size: 20 }, weight_map: WEIGHT_MAP })
  const weights = await readWeightFiles(diskFolder(folder))
  expect([...weights].map(([name, { shape }]) => [name, shape])).toEqual([
    ['a', [2]],
    ['b', [3]],
  ])
})

test('one whole file comes before an index, safetensors before a pickle', async () => {
  const folder = await sharded(
    { weight_map: WEIGHT_MAP },
    { ...SHARDS, 'model.safetensors': [tinyWeight('whole', [1])] },
  )
  copyFileSync(join(FIXTURES, 'checkpoint/evil.zip.2.bin'), join(folder, 'pytorch_model.bin'))
  expect([...(await readWeightFiles(diskFolder(folder))).keys()]).toEqual(['whole'])
})

test('shards of PyTorch files', async () => {
  const folder = await modelFolder(
    { 'pytorch_model.bin.index.json': { weight_map: { '0.weight': 'one.bin', base: 'two.bin' } } },
    {},
  )
  copyFileSync(join(FIXTURES, 'checkpoint/module.zip.2.bin'), join(folder, 'one.bin'))
  copyFileSync(join(FIXTURES, 'checkpoint/state.legacy.2.bin'), join(folder, 'two.bin'))
  const weights = await readWeightFiles(diskFolder(folder))
  expect([...weights.values()].map(({ shape }) => shape)).toEqual([
    [2, 3],
    [4, 6],
  ])
})

test('no weights at all', async () => {
  await expect(readWeightFiles(diskFolder(temporaryFolder()))).rejects.toMatchObject({
    code: 'checkpoint-file-missing',
    message: expect.stringContaining('has no model.safetensors, and no pytorch_model.bin;'),
  })
})

describe('an index that is wrong', () => {
  test.each<readonly [string, unknown, string, string]>([
    ['no map', {}, 'checkpoint-index', 'it has no weight_map of names to files'],
    ['a map of numbers', { weight_map: { a: 1 } }, 'checkpoint-index', 'it has no weight_map'],
    [
      'no JSON',
      '{',
      'checkpoint-file-malformed',
      'model.safetensors.index.json cannot be read as JSON',
    ],
    [
      'a shard that is missing',
      { weight_map: { a: 'model-3.safetensors' } },
      'checkpoint-file-missing',
      'has no model-3.safetensors',
    ],
    [
      'a tensor in the other shard',
      { weight_map: { ...WEIGHT_MAP, b: WEIGHT_MAP.a } },
      'checkpoint-index',
      'it says b is in model-00001-of-00002.safetensors, where it is not',
    ],
    ...['../x', '/etc/passwd', 'a/b', 'a\\b', '..', '.', ''].map(
      (path) =>
        [
          `the path ${JSON.stringify(path)}`,
          { weight_map: { a: path } },
          'checkpoint-index',
          `it names the path ${path}`,
        ] as const,
    ),
  ])('%s', async (_, index, code, what) => {
    await expect(readWeightFiles(diskFolder(await sharded(index)))).rejects.toMatchObject({
      name: 'CheckpointError',
      code,
      message: expect.stringContaining(what),
    })
  })
})

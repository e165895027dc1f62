import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { startHub } from './support/loopback-hub.ts'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES } from './support/shared.ts'
import { largestDifference } from './support/vectors.ts'

function filesOf(folder: string): Record<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => statSync(join(folder, name)).isFile())
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name))]))
}

test.each(['models/tiny-bert-zh', 'models/tiny-dense-normalize'])(
  '%s from the hub gives the vectors of the folder',
  async (model) => {
    const folder = join(FIXTURES, model)
    const hub = await startHub({ id: 'owner/tiny', files: filesOf(folder) })
    const options = { endpoint: hub.endpoint, cacheDir: temporaryFolder(), onWarning: () => {} }
    await using remote = await SentenceEncoder.load('owner/tiny', options)
    await using local = await SentenceEncoder.load(folder, options)
    const texts = ['花呗怎么还款', '今天天气真不错']
    const [ours, theirs] = [await remote.encode(texts), await local.encode(texts)]
    expect(largestDifference(ours.data, theirs.data)).toBe(0)
  },
)

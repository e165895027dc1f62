import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { openStore } from 'yuju/search'
import { seededRandom } from '../src/metrics/index.ts'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES } from './support/shared.ts'
import { finished, start } from './support/yuju-command.ts'

const TINY = join(FIXTURES, 'models/tiny-bert-zh')
/** Three blocks of the command, and enough for LanceDB to be given indexes at the end. */
const TEXTS = Array.from({ length: 17_000 }, (_, i) => `第${i}句话`)
/** How many blocks are in the store, at least, when a run is killed; and the longest wait then. */
const KILLS = [
  { blocks: 1, wait: 100 },
  { blocks: 2, wait: 500 },
  { blocks: 2, wait: 2000 },
]

test('yuju index, killed at any time and started again, has every text once', async () => {
  const folder = temporaryFolder()
  const [input, store] = [join(folder, 'texts.txt'), join(folder, 'store')]
  writeFileSync(input, TEXTS.join('\n'))
  const run = () =>
    start([
      'index',
      '--input',
      input,
      '--store',
      store,
      '--model',
      TINY,
      '--threads',
      '1',
      '--json',
    ])
  const randomIndex = seededRandom(9)
  const signals: (string | null)[] = []
  for (const { blocks, wait } of KILLS) {
    const child = run()
    const closed = once(child, 'close')
    while (child.exitCode === null && (await recordsIn(store)) < blocks * 8192) await pause(50)
    await pause(randomIndex(wait))
    child.kill('SIGKILL')
    const [, signal] = await closed
    signals.push(signal)
  }
  // The last two have little left to encode and may have ended by themselves.
  expect(signals[0]).toBe('SIGKILL')
  const last = await finished(run())
  expect(last.code, last.stderr).toBe(0)
  const { read, encoded, records } = JSON.parse(last.stdout)
  expect([read, records]).toEqual([17_000, 17_000])
  expect(encoded).toBeLessThanOrEqual(17_000 - 2 * 8192)
  await expectEveryTextOnce(store)
}, 600_000)

async function recordsIn(location: string): Promise<number> {
  const store = await openStore(location).catch(() => undefined)
  const count = await store?.count()
  await store?.close()
  return count ?? 0
}

async function expectEveryTextOnce(location: string): Promise<void> {
  const { createHash } = await import('node:crypto')
  const idOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32)
  const store = await openStore(location)
  expect(await store.count()).toBe(TEXTS.length)
  const records = await store.get(TEXTS.map(idOf))
  expect(records.map(({ text }) => text).sort()).toEqual(TEXTS.toSorted())
  expect(records.filter(({ id, text }) => id !== idOf(text))).toEqual([])
  await using encoder = await SentenceEncoder.load(TINY, { onWarning: () => {} })
  const { data, dimensions } = await encoder.encode(records.map(({ text }) => text))
  const worst = records.map(({ vector }, row) =>
    Math.max(...vector.map((x, i) => Math.abs(x - (data[row * dimensions + i] ?? Number.NaN)))),
  )
  expect(Math.max(...worst)).toBeLessThanOrEqual(1e-6)
  await store.close()
}

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { changedModel, temporaryFolder } from './support/model-folder.ts'
import { FIXTURES } from './support/shared.ts'

const TINY = join(FIXTURES, 'models/tiny-bert-zh')
const entry = join(import.meta.dirname, '../dist/index.js')

function runProgram(source: string) {
  const path = join(temporaryFolder(), 'program.mjs')
  writeFileSync(path, `import { SentenceEncoder } from ${JSON.stringify(entry)}\n${source}`)
  return spawnSync(process.execPath, [path], { encoding: 'utf8', timeout: 60_000 })
}

test('a program that forgets dispose still ends', () => {
  const { status, stdout } = runProgram(`
    const encoder = await SentenceEncoder.load(${JSON.stringify(TINY)})
    console.log((await encoder.encode('花呗')).length)
  `)
  expect([status, stdout.trim()]).toEqual([0, '48'])
})

test('loads that fail leave no thread behind, at whatever moment', () => {
  const { status, stdout } = runProgram(`
    const codes = new Set()
    for (let i = 0; i < 10; i += 1) {
      await SentenceEncoder.load('/no/model').catch(({ code }) => codes.add(code))
      await new Promise((resolve) => setTimeout(resolve, 10 * i))
    }
    console.log([...codes].join())
  `)
  expect([status, stdout.trim()]).toEqual([0, 'checkpoint-folder-missing'])
})

test('the event loop turns while texts are encoded', () => {
  const { stdout } = runProgram(`
    const encoder = await SentenceEncoder.load(${JSON.stringify(TINY)})
    let turns = 0
    const timer = setInterval(() => { turns += 1 }, 1)
    await encoder.encode(Array.from({ length: 3000 }, (_, i) => '第' + i + '句话'))
    clearInterval(timer)
    console.log(turns > 10)
  `)
  expect(stdout.trim()).toBe('true')
})

test('weights that vanish between reading and running are an error, not a crash', async () => {
  const folder = changedModel(join(FIXTURES, 'variants/relu'), {})
  const { loadCheckpoint } = await import('yuju')
  const checkpoint = await loadCheckpoint(folder)
  writeFileSync(join(folder, 'model.safetensors'), 'gone')
  await expect(SentenceEncoder.fromCheckpoint(checkpoint)).rejects.toMatchObject({
    code: 'checkpoint-file-truncated',
  })
})

test('a thread count that cannot be is refused', async () => {
  await expect(SentenceEncoder.load(TINY, { threads: 0 })).rejects.toThrow('threads must be')
  const backend = 'gpu' as 'native'
  await expect(SentenceEncoder.load(TINY, { backend })).rejects.toThrow('native, wasm')
})

describe('several workers', () => {
  /** Enough tokens that workers are opened for them. */
  const many = Array.from({ length: 4000 }, (_, i) => `第${i}句话，${'好'.repeat(i % 7)}`)

  test('give the vectors of one, before they are open and after', async () => {
    await using one = await SentenceEncoder.load(TINY, { threads: 2, workers: 1 })
    await using two = await SentenceEncoder.load(TINY, { threads: 2, workers: 2 })
    const expected = await one.encode(many)
    expect(await two.encode(many)).toEqual(expected)
    expect(await two.encode(many)).toEqual(expected)
    const [first = ''] = many
    expect(await two.encode(first)).toEqual(expected.data.slice(0, expected.dimensions))
  })

  test('that are being opened are freed with the encoder', () => {
    const { status, stdout } = runProgram(`
      const encoder = await SentenceEncoder.load(${JSON.stringify(TINY)}, { threads: 2 })
      const texts = Array.from({ length: 4000 }, (_, i) => '第' + i + '句话')
      const refused = encoder.encode(texts).catch(({ code }) => code)
      await encoder.dispose()
      console.log(await refused)
    `)
    expect([status, stdout.trim()]).toEqual([0, 'runtime-ended'])
  })

  test('are no more than the threads', async () => {
    await expect(SentenceEncoder.load(TINY, { threads: 2, workers: 3 })).rejects.toThrow(
      'workers must be',
    )
  })
})

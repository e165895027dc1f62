import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/model-folder.ts'
import { zipFile } from '../../../test/support/zip-file.ts'
import { diskFile } from '../disk-folder.ts'
import { readZipEntries } from './zip-archive.ts'

const contents = { 'a/one': 'first', 'a/empty': '', 'a/名': Buffer.alloc(300, 7) }

function written(bytes: Uint8Array): string {
  const path = join(temporaryFolder(), 'archive.zip')
  writeFileSync(path, bytes)
  return path
}

async function contentsOf(path: string): Promise<Record<string, Buffer>> {
  const bytes = readFileSync(path)
  const entries = [...(await readZipEntries(diskFile(path, bytes.length)))]
  return Object.fromEntries(
    entries.map(([name, { offset, byteLength }]) => [
      name,
      bytes.subarray(offset, offset + byteLength),
    ]),
  )
}

const asBuffers = Object.fromEntries(
  Object.entries(contents).map(([name, content]) => [name, Buffer.from(content)]),
)

test.each([
  ['plain', {}],
  ['with a comment', { comment: 'x'.repeat(1000) }],
  ['zip64', { zip64: true }],
])('the entries of a file, %s', async (_, options) => {
  expect(await contentsOf(written(zipFile(contents, options)))).toEqual(asBuffers)
})

test('a file without entries', async () => {
  expect(await contentsOf(written(zipFile({})))).toEqual({})
})

describe('damage', () => {
  const whole = zipFile(contents)
  const whole64 = zipFile(contents, { zip64: true })
  const end = whole.length - 22
  const directory = whole.readUInt32LE(end + 16)

  /** A copy with one number overwritten. */
  function changed(file: Buffer, offset: number, value: number): Buffer {
    const copy = Buffer.from(file)
    copy.writeUInt32LE(value, offset)
    return copy
  }

  const twice = Buffer.from(
    zipFile({ 'a/one': '1', 'a/two': '2' }).toString('latin1').replaceAll('a/two', 'a/one'),
    'latin1',
  )

  test.each<readonly [string, Buffer, string]>([
    ['a compressed entry', zipFile(contents, { method: 8 }), 'a/one is compressed'],
    ['an encrypted entry', changed(whole, directory + 8, 1), 'a/one is encrypted'],
    ['an entry twice', twice, 'it holds a/one twice'],
    ['no end record', whole.subarray(0, end), 'its end record is missing'],
    ['half an end record', whole.subarray(0, end + 10), 'its end record is missing'],
    ['a directory beyond the file', changed(whole, end + 16, 1 << 20), 'does not fit'],
    ['a directory longer than the file', changed(whole, end + 12, 1 << 20), 'does not fit'],
    ['a directory truncated', changed(whole, directory + 28, 0xffff), 'its directory is truncated'],
    ['an entry beyond the file', changed(whole, directory + 42, 1 << 20), 'lies outside the file'],
    ['an entry too long', changed(whole, directory + 24, 1 << 20), 'lies outside the file'],
    ['an entry without header', changed(whole, directory + 42, 1), 'an entry has no header'],
    [
      'a zip64 mark without record',
      changed(whole, end + 16, 0xffffffff),
      'zip64 record is missing',
    ],
    [
      'a zip64 record beyond the file',
      changed(whole64, whole64.length - 22 - 20 + 8, 1 << 20),
      'its zip64 record lies outside the file',
    ],
    [
      'a zip64 size of 2^60',
      changed(whole64, whole64.indexOf('a/one', 100) + 5 + 8, 1 << 28),
      'lies outside the file',
    ],
  ])('%s', async (_, bytes, what) => {
    const path = written(bytes)
    await expect(readZipEntries(diskFile(path, bytes.length))).rejects.toMatchObject({
      code: 'checkpoint-zip',
      message: expect.stringContaining(what),
      facts: { path },
    })
  })
})

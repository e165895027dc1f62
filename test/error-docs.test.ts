import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as errors from 'yuju'
import { errorDocument } from '../scripts/error-tables.mjs'

const DOCUMENT = readFileSync(join(import.meta.dirname, '../docs/errors.md'), 'utf8')
const ROWS = [...DOCUMENT.matchAll(/^\| `([^`]+)` \| (.*) \| (.*) \|$/gm)]

test('the tables say what errors there are (node scripts/error-tables.mjs)', () => {
  expect(errorDocument()).toBe(DOCUMENT)
})

describe('the tables', () => {
  test('have a section for every class that yuju exports', () => {
    const classes = Object.keys(errors).filter(
      (name) => /.Error$/.test(name) && name !== 'YujuError',
    )
    const sections = [...DOCUMENT.matchAll(/^## (\w+)$/gm)].map(([, name]) => name)
    expect(sections.sort()).toEqual(classes.sort())
  })

  test.each([
    ['a code that is written where it is thrown', 'input-missing', 'there is no file *path*'],
    ['a code of a table beside it', 'output-disk-full', 'could not be written: the disk is full'],
    ['a code that callers pass', 'draining', 'the server is stopping'],
    ['a message of several parts', 'model-not-calibrated', 'make one with yuju calibrate *folder*'],
  ])('have %s', (_, code, said) => {
    const row = ROWS.find(([, found]) => found === code)
    expect(row?.slice(2).join(' ')).toContain(said)
  })

  test('leave no error without a message', () => {
    expect(ROWS.length).toBeGreaterThan(300)
    expect(ROWS.filter(([, , when]) => when === '').map(([, code]) => code)).toEqual([])
  })
})

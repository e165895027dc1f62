import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createServer, type Listener, listen } from 'yuju/server'
import { withTables } from '../scripts/serving-tables.mjs'
import { TINY } from './support/server-client.ts'

const DOCUMENT = readFileSync(join(import.meta.dirname, '../docs/serving.md'), 'utf8')
const EXAMPLES = [...DOCUMENT.matchAll(/```sh\n(curl [\s\S]*?)```/g)].map(([, text]) => text ?? '')

test('the tables say what settings and failures there are (scripts/serving-tables.mjs)', () => {
  expect(withTables(DOCUMENT)).toBe(DOCUMENT)
})

describe('the examples of curl', () => {
  let listener: Listener

  beforeAll(async () => {
    const server = await createServer({ models: [{ name: 'e5-small-zh', model: TINY }] })
    listener = await listen(server, { port: 0, drainDelay: 0 })
  })

  afterAll(() => listener.stop())

  test('there are some', () => expect(EXAMPLES.length).toBeGreaterThan(3))

  test.each(EXAMPLES)('%s', async (example) => {
    const command = example.replace('http://127.0.0.1:8080', listener.url)
    const shell = ['-c', `${command.trim()} --silent --show-error --fail-with-body`]
    const { stdout } = await promisify(execFile)('sh', shell)
    expect(Object.keys(JSON.parse(stdout))).not.toHaveLength(0)
  })
})

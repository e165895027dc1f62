import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createServer, type Listener, listen } from 'yuju/server'
import { withTables } from '../scripts/serving-tables.mjs'
import { TINY } from './support/server-client.ts'
import { FIXTURES } from './support/shared.ts'

const DOCUMENT = read('docs/serving.md')
const EXAMPLES = [DOCUMENT, read('README.md'), read('README.zh.md')].flatMap((text) =>
  [...text.matchAll(/```sh\n(curl [\s\S]*?)```/g)].map(([, example]) => example ?? ''),
)

function read(path: string): string {
  return readFileSync(join(import.meta.dirname, '..', path), 'utf8')
}

test('the tables say what settings and failures there are (scripts/serving-tables.mjs)', () => {
  expect(withTables(DOCUMENT)).toBe(DOCUMENT)
})

describe('the examples of curl', () => {
  let listener: Listener

  beforeAll(async () => {
    const server = await createServer({
      models: [
        { name: 'e5-small-zh', model: TINY },
        { name: 'reranker', model: join(FIXTURES, 'rerankers/bert') },
      ],
    })
    listener = await listen(server, { port: 0, drainDelay: 0 })
  })

  afterAll(() => listener.stop())

  test('there are some', () => expect(EXAMPLES.length).toBeGreaterThan(5))

  test.each(EXAMPLES)('%s', async (example) => {
    const command = example.replace('http://127.0.0.1:8080', listener.url)
    const shell = ['-c', `${command.trim()} --silent --show-error --fail-with-body`]
    const { stdout } = await promisify(execFile)('sh', shell)
    expect(Object.keys(JSON.parse(stdout))).not.toHaveLength(0)
  })
})

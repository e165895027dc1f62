import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseHTML } from 'linkedom'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WORDS } from '../web/kit/words.ts'
import { ServerClient } from './support/server-client.ts'

const WEB = join(import.meta.dirname, '../web')
const HTML = readFileSync(join(WEB, 'server-page/index.html'), 'utf8')

let locked: ServerClient

beforeAll(async () => {
  locked = await ServerClient.start({ apiKeys: ['one'] })
})

afterAll(() => locked.server.close())

/** Every file that the page at `/` leads to, by links and imports. */
async function filesOfPage(): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const wanted = [...HTML.matchAll(/(?:href|src)="(page\/[^"]+)"/g)].map(([, path]) => `/${path}`)
  for (const path of wanted) {
    if (found.has(path)) continue
    const { status, headers, body } = await locked.get(path)
    expect(status, path).toBe(200)
    found.set(path, headers.get('content-type') ?? '')
    const imports = String(body).matchAll(/(?:from|import) ?['"]\.\/([^'"]+)['"]/g)
    wanted.push(...[...imports].map(([, name]) => `/page/${name}`))
  }
  return found
}

describe('the files of the page', () => {
  test('are all there without a key, of the right types', async () => {
    const files = await filesOfPage()
    expect(files.get('/page/main.js')).toBe('text/javascript; charset=utf-8')
    expect(files.get('/page/page.css')).toBe('text/css; charset=utf-8')
    expect(files.get('/page/kit.css')).toBe('text/css; charset=utf-8')
    expect(files.get('/page/icon.svg')).toBe('image/svg+xml')
  })

  test('are sent anew only when they have changed', async () => {
    for (const path of ['/', '/page/main.js']) {
      const first = await locked.get(path)
      expect(first.headers.get('cache-control')).toBe('no-cache')
      const etag = first.headers.get('etag') ?? ''
      const again = await locked.with({ 'if-none-match': etag }).get(path)
      expect([again.status, again.body]).toEqual([304, ''])
      const changed = await locked.with({ 'if-none-match': '"other"' }).get(path)
      expect(changed.status).toBe(200)
    }
  })

  test('may load nothing from elsewhere, and run nothing written into the page', async () => {
    const { headers, body } = await locked.get('/')
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:|blob:/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(body).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=|https?:\/\//)
  })

  test('are the only ones: nothing else is open, and they are only looked at', async () => {
    expect((await locked.get('/page/main.ts')).status).toBe(401)
    expect((await locked.get('/page/..%2Findex.js')).status).toBe(401)
    const allowed = locked.with({ authorization: 'Bearer one' })
    expect((await allowed.get('/page/nothing.js')).status).toBe(404)
    expect((await locked.post('/', { inputs: 'x' })).status).toBe(401)
    const posted = await allowed.post('/page/main.js', {})
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})

describe('the words of the pages', () => {
  test.each([
    ['server-page', 'en'],
    ['demo', 'zh'],
  ] as const)(
    'are in the index.html of %s as in the table, before its script runs',
    (page, language) => {
      const { document } = parseHTML(readFileSync(join(WEB, page, 'index.html'), 'utf8'))
      const parts = [...document.querySelectorAll('[data-word]')]
      expect(parts.length).toBeGreaterThan(15)
      for (const part of parts) {
        const word = part.getAttribute('data-word') as keyof typeof WORDS
        expect(part.textContent).toBe(WORDS[word][language])
      }
    },
  )

  test('name the same facts in both languages', () => {
    const factsOf = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()
    for (const { en, zh } of Object.values(WORDS)) expect(factsOf(zh)).toEqual(factsOf(en))
  })

  test('are all said somewhere', () => {
    const said = readdirSync(WEB, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(?:ts|html)$/.test(path) && !path.endsWith('words.ts'))
      .map((path) => readFileSync(join(WEB, path), 'utf8'))
      .join('')
    const unused = Object.keys(WORDS).filter((word) => !new RegExp(`['"]${word}['"]`).test(said))
    expect(unused).toEqual([])
  })
})

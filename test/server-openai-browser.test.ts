import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type OpenAI from 'openai'
import { type Browser, chromium, type Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SentenceEncoder } from 'yuju'
import { createServer, type Listener, listen, type ServerOptions } from 'yuju/server'
import { chromiumPath } from './support/chromium.ts'
import { TINY } from './support/server-client.ts'
import { StaticServer } from './support/static-server.ts'
import { largestDifference } from './support/vectors.ts'

const executablePath = chromiumPath()
const TEXTS = ['花呗怎么还款', '今天天气真不错']

/** The package as applications bundle it, and a page that has it. */
async function writePage(folder: string): Promise<void> {
  const bundle = await rolldown({
    input: fileURLToPath(import.meta.resolve('openai')),
    platform: 'browser',
    logLevel: 'silent',
  })
  await bundle.write({ file: join(folder, 'openai.js') })
  await bundle.close()
  const script = "import OpenAI from './openai.js'; globalThis.OpenAI = OpenAI"
  writeFileSync(
    join(folder, 'index.html'),
    `<!doctype html><title>x</title><script type="module">${script}</script>`,
  )
}

describe.skipIf(executablePath === undefined)('the openai package in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yuju-openai-'))
  const site = new StaticServer({ isIsolated: false })
  let origin: string
  let browser: Browser
  let page: Page
  let server: Listener | undefined

  beforeAll(async () => {
    await writePage(folder)
    site.mount('/', folder)
    origin = await site.listen()
    const args = ['--no-sandbox', '--disable-dev-shm-usage']
    browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args })
    page = await browser.newPage()
    await page.goto(origin)
    await page.waitForFunction('globalThis.OpenAI')
  }, 600_000)

  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await site.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function serve(options: Partial<ServerOptions>): Promise<void> {
    await server?.stop()
    const models = [{ name: 'tiny', model: TINY }]
    server = await listen(await createServer({ models, ...options }), { port: 0, drainDelay: 0 })
  }

  /** What the package gives the page: vectors, or the error's name. */
  function embed(): Promise<readonly (readonly number[])[] | string> {
    const baseURL = `${server?.url}/v1`
    return page.evaluate(
      async ([url, input]) => {
        const { OpenAI: Client } = globalThis as unknown as { OpenAI: typeof OpenAI }
        const settings = { apiKey: 'one', maxRetries: 0, dangerouslyAllowBrowser: true }
        const client = new Client({ baseURL: url, ...settings })
        return client.embeddings.create({ model: 'tiny', input: [...input] }).then(
          ({ data }) => data.map(({ embedding }) => embedding),
          (error: Error) => error.constructor.name,
        )
      },
      [baseURL, TEXTS] as const,
    )
  }

  test.each([
    ['with keys', ['one']],
    ['without keys', []],
  ])('gets vectors from a page of an allowed origin, %s', async (_, apiKeys) => {
    await serve({ apiKeys, corsOrigins: [origin] })
    const vectors = await embed()
    await using encoder = await SentenceEncoder.load(TINY, { onWarning: () => {} })
    const { data } = await encoder.encode(TEXTS, { normalize: true })
    expect(typeof vectors).toBe('object')
    expect(largestDifference([vectors].flat(2) as number[], data)).toBeLessThanOrEqual(1e-6)
  })

  test.each([
    ['with keys', ['one']],
    ['without keys', []],
  ])('gets nothing where its page’s origin is not allowed, %s', async (_, apiKeys) => {
    await serve({ apiKeys, corsOrigins: ['https://a.example'] })
    expect(await embed()).toBe('APIConnectionError')
  })
})

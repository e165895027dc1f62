import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { SentenceEncoder, similarityOf } from 'yuju'
import { createServer, type Listener, listen, type ServerOptions } from 'yuju/server'
import { chromiumPath } from './support/chromium.ts'
import { DENSE, TINY } from './support/server-client.ts'

const executablePath = chromiumPath()
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }
/** Slow machines are slow; only a wrong page never answers. */
const PATIENT = { timeout: 60_000 }
const SENTENCES = ['花呗怎么还款', '花呗如何还钱', '今天天气真不错']

async function serve(options: Partial<ServerOptions> = {}): Promise<Listener> {
  const models = [
    { name: 'teacher', model: TINY },
    { name: 'student', model: DENSE },
  ]
  return listen(await createServer({ models, ...options }), { port: 0, drainDelay: 0 })
}

describe.skipIf(executablePath === undefined)('the page in Chromium', () => {
  let browser: Browser
  let server: Listener
  let encoder: SentenceEncoder

  beforeAll(async () => {
    // As root, as in most containers, Chromium starts only without its sandbox.
    const args = ['--no-sandbox', '--disable-dev-shm-usage']
    browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args })
    server = await serve()
    encoder = await SentenceEncoder.load(TINY)
  })

  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await encoder?.dispose()
  })

  /** Opens the page; the test fails where the browser has anything to complain about. */
  async function open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ locale: 'zh-CN', ...options })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      // An answer that is a refusal is one too, to the browser.
      if (!/Failed to load resource/.test(message.text())) complaints.push(message.text())
    })
    onTestFinished(() => expect(complaints).toEqual([]))
    await page.goto(url)
    return page
  }

  async function ask(page: Page, tool: 'compare' | 'search' | 'tokens'): Promise<void> {
    await page.locator(`#${tool}-form button`).click()
    await answered(page, tool)
  }

  function answered(page: Page, tool: string): Promise<void> {
    return page.locator(`#${tool}-output .panel, #${tool}-output .problem`).first().waitFor()
  }

  test('compares sentences, two models beside each other', async () => {
    const page = await open(server.url)
    await page.locator('#sentences').fill(`${SENTENCES.join('\n')}\n\n`)
    await ask(page, 'compare')
    const panels = page.locator('#compare-output .panel')
    expect(await panels.locator('h3').allTextContents()).toEqual(['teacher', 'student'])
    const cells = await panels.first().locator('tbody td').allTextContents()
    const { data, dimensions } = await encoder.encode(SENTENCES)
    const row = (i: number) => data.subarray(i * dimensions, (i + 1) * dimensions) as Float32Array
    const expected = SENTENCES.flatMap((_, a) =>
      SENTENCES.map((_, b) => similarityOf('cosine', row(a), row(b))),
    )
    expect(cells).toHaveLength(9)
    for (const [place, cell] of cells.entries()) {
      expect(Math.abs(Number(cell) - (expected[place] ?? Number.NaN))).toBeLessThan(0.00501)
    }
    expect(await panels.first().locator('.facts').textContent()).toMatch(/耗时 [\d.]+ 毫秒.*48 维/)
    expect(await page.locator('#compare-output').textContent()).toMatch(
      /两个模型平均相差 \d\.\d{3}，最多相差 \d\.\d{3}（第 \d 句与第 \d 句）/,
    )
  })

  test('one model alone, where that is chosen', async () => {
    const page = await open(server.url)
    await page.locator('#compare-with').selectOption('')
    await page.locator('#model').selectOption('student')
    await ask(page, 'compare')
    expect(await page.locator('#compare-output h3').allTextContents()).toEqual(['student'])
  })

  test('finds the most similar lines, of more than one request takes', async () => {
    const page = await open(`${server.url}/#search`)
    const lines = Array.from({ length: 300 }, (_, i) => `第${i}个问题：怎么还${i * 37}元`)
    const query = '怎么还370元'
    await page.locator('#lines').fill(lines.join('\n'))
    await page.locator('#query').fill(query)
    await page.locator('#query').press('Enter')
    await answered(page, 'search')
    const hits = page.locator('#search-output .panel').first().locator('.hits li')
    const scores = await Promise.all(
      lines.slice(0, 40).map((line) => encoder.similarity(query, line)),
    )
    const shown = await hits.allTextContents()
    expect(shown).toHaveLength(20)
    const numbers = shown.map((text) => Number(text.slice(0, 5)))
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a))
    for (const text of shown) {
      const place = lines.findIndex((line) => text.endsWith(line))
      expect(place).toBeGreaterThanOrEqual(0)
      const score = scores[place]
      if (score !== undefined) expect(Number(text.slice(0, 5))).toBeCloseTo(score, 2)
    }
    // None of those that were checked and left out is better than the last one shown.
    const last = numbers.at(-1) ?? 0
    for (const [place, score] of scores.entries()) {
      const isShown = shown.some((text) => text.endsWith(lines[place] ?? ''))
      if (!isShown) expect(score).toBeLessThan(last + 0.001)
    }
    expect(await page.locator('#search-output').textContent()).toContain('另有 280 行')
  })

  test('shows tokens, and those that are truncated', async () => {
    const page = await open(`${server.url}/#tokens`)
    const text = '今天天气真不错，我们去公园。'.repeat(25)
    await page.locator('#text').fill(text)
    await ask(page, 'tokens')
    const panel = page.locator('#tokens-output .panel').first()
    const { tokens, truncated } = await encoder.encode([text], { truncate: 'silent' })
    const shown = panel.locator('.truncated')
    expect(truncated[0]).toBeGreaterThan(0)
    expect(await shown.count()).toBe(truncated[0])
    expect(await panel.locator('.tokens li:not(.truncated)').count()).toBe(tokens[0])
    expect(await panel.textContent()).toContain(`最后 ${truncated[0]} 个`)
    const kinds = await panel.locator('.special').allTextContents()
    expect(kinds.map((kind) => kind.replace(/\d+$/, ''))).toEqual(['[CLS]', '[SEP]'])
    await page.locator('#text').fill('今天')
    await ask(page, 'tokens')
    await expect.poll(() => panel.locator('.tokens li').count(), PATIENT).toBe(4)
    expect(await shown.count()).toBe(0)
  })

  test('shows texts as they are, never as markup', async () => {
    const page = await open(server.url)
    const text = '<img src="x" onerror="document.title=1"><b>粗</b>'
    await page.locator('#sentences').fill(`${text}\n今天`)
    await ask(page, 'compare')
    expect(await page.locator('#compare-output .sentence').first().textContent()).toBe(text)
    expect(await page.locator('#compare-output img').count()).toBe(0)
  })

  test('says what cannot be asked, and what the server refuses', async () => {
    const small = await serve({ maxItems: 2 })
    onTestFinished(() => small.stop())
    const page = await open(small.url, { locale: 'en-US' })
    const problem = page.locator('#compare-output [role=alert]')
    await page.locator('#sentences').fill('今天')
    await ask(page, 'compare')
    expect(await problem.textContent()).toBe('Two sentences or more are needed.')
    await page.locator('#sentences').fill(SENTENCES.join('\n'))
    await page.locator('#compare-form button').click()
    const refusal = 'The server refused (413 items-too-many): 3 texts came, but the limit is 2'
    await expect.poll(() => problem.textContent(), PATIENT).toBe(refusal)
    await page.locator('#language').click()
    expect(await problem.textContent()).toContain('服务器拒绝了请求（413 items-too-many）')
  })

  test('says when the server is not there, and goes on when it is again', async () => {
    const page = await open(server.url)
    await page.context().setOffline(true)
    await page.locator('#compare-form button').click()
    const problem = page.locator('#compare-output [role=alert]')
    await expect.poll(() => problem.textContent(), PATIENT).toBe('无法连接服务器。')
    await page.context().setOffline(false)
    await page.locator('#compare-form button').click()
    await page.locator('#compare-output .panel').first().waitFor()
  })

  test('asks for a key, keeps it for the tab, and forgets it', async () => {
    const locked = await serve({ apiKeys: ['secret-one'] })
    onTestFinished(() => locked.stop())
    const page = await open(locked.url)
    const workplace = page.locator('#workplace')
    await page.locator('#key').waitFor()
    expect(await workplace.isVisible()).toBe(false)
    expect(await page.locator('#key-wrong').isVisible()).toBe(false)
    await page.keyboard.type('wrong')
    await page.keyboard.press('Enter')
    await page.locator('#key-wrong').waitFor()
    await page.locator('#key').fill('secret-one')
    await page.keyboard.press('Enter')
    await workplace.waitFor()
    await ask(page, 'compare')
    expect(await page.locator('#compare-output .panel').count()).toBe(2)
    await page.reload()
    await workplace.waitFor()
    const kept = 'JSON.stringify([Object.values(sessionStorage), Object.values(localStorage)])'
    expect(await page.evaluate(kept)).toBe('[["secret-one"],[]]')
    expect(page.url()).not.toContain('secret')
    expect(await page.context().cookies()).toEqual([])
    await page.locator('#forget').click()
    await page.locator('#key').waitFor()
    expect(await page.evaluate(kept)).toBe('[[],[]]')
  })

  test('works by keyboard alone', async () => {
    const page = await open(server.url)
    await page.locator('#workplace').waitFor()
    const tabTo = async (id: string) => {
      for (let presses = 0; presses < 20; presses += 1) {
        await page.keyboard.press('Tab')
        if ((await page.evaluate('document.activeElement.id')) === id) return
      }
      throw new Error(`Tab does not lead to ${id}`)
    }
    await tabTo('sentences')
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.insertText('今天\n明天')
    await page.keyboard.press('Control+Enter')
    await answered(page, 'compare')
    expect(await page.locator('#compare-output tbody td').count()).toBe(8)
    await page.evaluate('document.activeElement.blur()')
    await tabTo('tokens-link')
    await page.keyboard.press('Enter')
    await tabTo('model')
    await page.keyboard.press('ArrowDown')
    await tabTo('text')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await answered(page, 'tokens')
    expect(await page.locator('#tokens-output h3').allTextContents()).toEqual(['student'])
    await page.evaluate('document.activeElement.blur()')
    await tabTo('language')
    await page.keyboard.press('Enter')
    expect(await page.locator('#tokens-tool h2').textContent()).toBe('What does the model see?')
  })

  test.each(['zh-CN', 'en-US'])('fits a phone, in %s', async (locale) => {
    const page = await open(server.url, { ...PHONE, locale })
    const long = 'x'.repeat(300)
    await page.locator('#sentences').fill(`${long}\n${SENTENCES.join('\n').repeat(4)}`)
    await page
      .locator('#lines')
      .evaluate((field, text) => Object.assign(field, { value: text }), long)
    for (const tool of ['compare', 'search', 'tokens'] as const) {
      await page.locator(`#${tool}-link`).click()
      await ask(page, tool)
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0)
    }
  })

  test.each([
    ['zh-TW', 'zh-CN', '比较'],
    ['en-GB', 'en', 'Compare'],
    ['fr-FR', 'en', 'Compare'],
  ])('speaks to a browser of %s in %s', async (locale, language, word) => {
    const page = await open(server.url, { locale })
    await page.locator('#workplace').waitFor()
    expect(await page.evaluate('document.documentElement.lang')).toBe(language)
    expect(await page.locator('#compare-form button').textContent()).toBe(word)
  })

  test('keeps the language that was chosen, and says answers in it', async () => {
    const page = await open(server.url)
    await ask(page, 'compare')
    await page.locator('#language').click()
    const facts = page.locator('#compare-output .facts').first()
    expect(await facts.textContent()).toMatch(/^[\d.]+ ms round trip48 dimensions$/)
    await page.reload()
    await page.locator('#workplace').waitFor()
    expect(await page.locator('#compare-tool h2').textContent()).toBe(
      'How similar are these sentences?',
    )
  })

  test.each(['light', 'dark'] as const)('can be read where it is %s', async (colorScheme) => {
    const page = await open(server.url, { colorScheme })
    await ask(page, 'compare')
    const contrasts = (await page.evaluate(CONTRASTS)) as readonly number[]
    expect(contrasts.length).toBeGreaterThan(50)
    expect(Math.min(...contrasts)).toBeGreaterThan(4.5)
  })
})

/**
 * The contrast of every shown text with what lies behind it; 4.5 is what small letters need.
 * Reference: WCAG 2.2, "contrast ratio" and "relative luminance".
 */
const CONTRASTS = `
  const brush = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const luminance = (colour) => {
    brush.fillStyle = colour
    brush.fillRect(0, 0, 1, 1)
    const [r, g, b] = [...brush.getImageData(0, 0, 1, 1).data].map((byte) => {
      const part = byte / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = (part) => {
    const { backgroundColor } = getComputedStyle(part)
    const isClear = backgroundColor === 'rgba(0, 0, 0, 0)'
    return isClear ? behind(part.parentElement) : backgroundColor
  }
  const hasText = (part) => part.checkVisibility() &&
    [...part.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')
  ;[...document.body.querySelectorAll('*')].filter(hasText).map((part) => {
    const pair = [luminance(getComputedStyle(part).color), luminance(behind(part))]
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)
  })
`

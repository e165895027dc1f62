import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { exportWeb, SentenceEncoder } from 'yuju'
import { findDuplicates } from '../web/demo/find-duplicates.ts'
import { MOST_LINES, readLines } from '../web/demo/read-lines.ts'
import { chromiumPath } from './support/chromium.ts'
import { FIXTURES } from './support/shared.ts'
import { StaticServer } from './support/static-server.ts'
import { launchChromium } from './support/web-page.ts'

const MODEL = join(FIXTURES, 'models/tiny-bert-zh')
const ROOT = join(import.meta.dirname, '..')
/** 你好 and 世界 of GB18030, with a line feed between them. */
const GB18030 = Buffer.from([0xc4, 0xe3, 0xba, 0xc3, 0x0a, 0xca, 0xc0, 0xbd, 0xe7])
const PICTURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0xff])

/** Slow machines are slow; only a wrong page never answers. */
const PATIENT = { timeout: 60_000 }

/** As many sentences as asked for, each another one. */
function sentences(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `第${i}天，今天的天气怎么样？`)
}

describe('lines of a file', () => {
  const both = { texts: ['你好', '世界'], found: 2 }

  test.each([
    ['UTF-8', Buffer.from('你好\n世界')],
    ['UTF-8 with a byte order mark and CRLF', Buffer.from('\ufeff你好\r\n\r\n 世界 \r\n')],
    ['UTF-8 with CR', Buffer.from('你好\r世界\r')],
    ['UTF-16', Buffer.from('\ufeff你好\n世界', 'utf16le')],
    ['UTF-16, the high byte first', Buffer.from('\ufeff你好\n世界', 'utf16le').swap16()],
    ['GB18030', GB18030],
  ])('are read in %s', async (_, bytes) => {
    expect(await readLines(new Blob([bytes]))).toEqual(both)
  })

  test('are those of the whole file, of which the first are kept', async () => {
    const lines = sentences(60_000)
    const file = new Blob([lines.join('\n')])
    // Characters and lines lie across the borders of the parts in which it is read.
    expect(file.size).toBeGreaterThan(2 ** 21)
    const { texts, found } = (await readLines(file)) ?? { texts: [], found: 0 }
    expect(found).toBe(60_000)
    expect(texts).toEqual(lines.slice(0, MOST_LINES))
  })

  test('are truncated where no model would read on', async () => {
    const { texts } = (await readLines(new Blob(['很'.repeat(900_000), '\n短']))) ?? { texts: [] }
    expect(texts.map(({ length }) => length)).toEqual([10_000, 1])
  })

  test('are none in an empty file, and unknown in a picture', async () => {
    expect(await readLines(new Blob(['\n \n']))).toEqual({ texts: [], found: 0 })
    expect(await readLines(new Blob([PICTURE]))).toBeUndefined()
  })
})

describe('duplicates', () => {
  /** Unit vectors in heaps, so that many pairs lie near every threshold. */
  function heaps(rows: number, dimensions: number): Float32Array {
    const data = new Float32Array(rows * dimensions)
    for (let row = 0; row < rows; row += 1) {
      const vector = Array.from({ length: dimensions }, (_, i) => {
        const centre = Math.sin(((row % 7) + 1) * (i + 1.3) * 2.1)
        return centre + ((row % 11) / 22) * Math.sin((row + 1) * (i + 0.7) * 1.7)
      })
      const length = Math.hypot(...vector)
      data.set(
        vector.map((value) => value / length),
        row * dimensions,
      )
    }
    return data
  }

  test.each([0.7, 0.95, 1])('from %d are those that all products give', (threshold) => {
    const [rows, dimensions] = [150, 83]
    const data = heaps(rows, dimensions)
    data.copyWithin(149 * dimensions, 3 * dimensions, 4 * dimensions)
    const product = (a: number, b: number) => {
      const row = data.subarray(a * dimensions, (a + 1) * dimensions)
      return row.reduce((sum, value, i) => sum + value * (data[b * dimensions + i] ?? 0), 0)
    }
    const expected: number[] = []
    for (let row = 0; row < rows; row += 1) {
      const earlier = Array.from({ length: row }, (_, i) => i)
      const kept = earlier.find((e) => expected[e] === -1 && product(e, row) >= threshold - 1e-4)
      expected.push(kept ?? -1)
    }
    const shares: number[] = []
    const of = findDuplicates({ data, rows, dimensions }, threshold, (share) => shares.push(share))
    expect([...of]).toEqual(expected)
    expect(of[149]).not.toBe(-1)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
  })
})

const chromium = chromiumPath()

describe.skipIf(!chromium)('the demo in Chromium', () => {
  const work = mkdtempSync(join(tmpdir(), 'yuju-demo-'))
  let browser: Browser
  let server: StaticServer
  let address: string

  beforeAll(async () => {
    process.env.YUJU_MODEL = MODEL
    const configFile = join(ROOT, 'web/demo/vite.config.ts')
    await build({ configFile, logLevel: 'error', build: { outDir: join(work, 'demo') } })
    const model = join(work, 'demo/models/tiny-bert-zh')
    cpSync(MODEL, model, { recursive: true })
    await exportWeb(model)
    browser = await launchChromium(chromium ?? '')
    server = await serveDemo()
    address = await server.listen()
  }, 300_000)
  afterAll(async () => {
    delete process.env.YUJU_MODEL
    await browser?.close()
    await server?.close()
    rmSync(work, { recursive: true, force: true })
  })

  async function serveDemo(): Promise<StaticServer> {
    const made = new StaticServer({ isIsolated: false })
    made.mount('/', join(work, 'demo'))
    return made
  }

  async function newVisitor(): Promise<BrowserContext> {
    const context = await browser.newContext({ locale: 'zh-CN' })
    onTestFinished(() => context.close())
    return context
  }

  /** The page of a visitor who was never here, with the model ready. */
  async function open(place = ''): Promise<Page> {
    const page = await (await newVisitor()).newPage()
    await page.goto(`${address}/${place}`)
    await ready(page)
    return page
  }

  async function ready(page: Page): Promise<void> {
    await page.locator('#status[data-state=ready]').waitFor()
  }

  async function openFile(page: Page, name: string, buffer: Buffer): Promise<void> {
    await page.setInputFiles('#lines-file', { name, mimeType: 'text/plain', buffer })
  }

  function text(page: Page, id: string): () => Promise<string | null> {
    return () => page.locator(`#${id}`).textContent()
  }

  test('compares sentences, with the scores of Node', async () => {
    const page = await open()
    const inputs = page.locator('#compare-sentences input')
    await page.locator('#compare-add').click()
    for (const [place, sentence] of ['今天天气真不错', '', '花呗怎么还款', '花呗'].entries()) {
      await inputs.nth(place).fill(sentence)
    }
    await using encoder = await SentenceEncoder.load(MODEL, { onWarning: () => {} })
    const score = await encoder.similarity('花呗怎么还款', '今天天气真不错')
    const cell = page.locator('#compare-result tr').nth(1).locator('td').nth(1)
    await expect.poll(async () => Number(await cell.textContent()), PATIENT).toBeCloseTo(score, 2)
    // What is empty has no score.
    const heads = page.locator('#compare-result th[scope=col]')
    expect(await heads.allTextContents()).toEqual(['1', '3', '4'])
  })

  test('works on ten thousand lines of a file, and answers meanwhile', async () => {
    const page = await open('#search')
    const lines = sentences(10_000)
    await openFile(page, 'lines.txt', Buffer.from([...lines.slice(0, -1), lines[5]].join('\n')))
    await expect.poll(text(page, 'lines-count'), PATIENT).toBe('10,000 句')
    expect((await page.locator('#lines-text').inputValue()).length).toBeLessThan(5000)
    await page.locator('#search-query').fill(lines[7777] ?? '')
    await page.locator('#search-form button').click()
    for (const tab of ['map', 'duplicates', 'search']) await page.locator(`#tab-${tab}`).click()
    const best = page.locator('#search-hits li').first()
    expect(await best.textContent()).toBe(`1.000${lines[7777]}第 7778 句`)
    await page.locator('#tab-map').click()
    await page.locator('#map-draw').click()
    await page.locator('#map-draw:enabled').waitFor()
    await page.locator('#map-box').press('ArrowRight')
    await expect.poll(text(page, 'map-sentence'), PATIENT).toMatch(/^第\d+天/)
    await page.locator('#tab-duplicates').click()
    await page.locator('#duplicates-threshold').fill('1')
    await page.locator('#duplicates-find').click()
    await page.locator('#duplicates-groups li').first().waitFor()
    expect(await page.locator('#duplicates-groups').textContent()).toContain(lines[5])
  })

  test('says what it cannot read, and keeps what was there', async () => {
    const page = await open('#search')
    const before = await page.locator('#lines-text').inputValue()
    const notice = text(page, 'lines-notice')
    await openFile(page, 'picture.txt', PICTURE)
    await expect.poll(notice, PATIENT).toMatch(/picture\.txt 不是文本文件.*GB18030/)
    await openFile(page, 'empty.txt', Buffer.from('\n'))
    await expect.poll(notice, PATIENT).toContain('empty.txt 里没有句子')
    expect(await page.locator('#lines-text').inputValue()).toBe(before)
    await openFile(page, 'gb.txt', GB18030)
    await expect.poll(() => page.locator('#lines-text').inputValue(), PATIENT).toBe('你好\n世界')
    expect(await notice()).toBe('')
  })

  test('says what of too much it uses, in both languages, and lets go of it', async () => {
    const page = await open('#search')
    const notice = text(page, 'lines-notice')
    await openFile(page, 'many.txt', Buffer.from(sentences(MOST_LINES + 1).join('\n')))
    await expect.poll(notice, PATIENT).toContain('共 20,001 句，只用前 20,000 句')
    await page.locator('#language').click()
    expect(await notice()).toContain('Of 20,001 sentences the first 20,000 are used.')
    await openFile(page, 'picture.txt', PICTURE)
    await expect.poll(notice, PATIENT).toMatch(/^Of 20,001 .* picture\.txt is not a text file/)
    await page.locator('#search-form button').click()
    await page.locator('#lines-stop').click()
    await expect.poll(text(page, 'search-summary'), PATIENT).toBe('Stopped.')
    await page.locator('#lines-clear').click()
    await page.locator('#lines-text').fill(['很'.repeat(500), '短'].join('\n'))
    await page.locator('#search-form button').click()
    await expect.poll(text(page, 'search-summary'), PATIENT).toContain('The 2 most similar')
    expect(await notice()).toBe('1 sentence is too long and was truncated.')
  })

  test('takes large text that is pasted beside the field', async () => {
    const page = await open('#search')
    await page.locator('#lines-text').evaluate((field: HTMLTextAreaElement, pasted) => {
      field.select()
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', pasted)
      const init = { clipboardData, cancelable: true, bubbles: true }
      field.dispatchEvent(new ClipboardEvent('paste', init))
    }, sentences(3000).join('\n'))
    await expect.poll(text(page, 'lines-count'), PATIENT).toBe('3,000 句')
    expect(await page.locator('#lines-text').getAttribute('readonly')).not.toBeNull()
  })

  test('is used with the keyboard alone, and every control has a name', async () => {
    const page = await open()
    await page.locator('#tab-compare').focus()
    const focused = () => page.evaluate(() => document.activeElement?.id)
    for (const [key, tab] of [
      ['ArrowRight', 'tab-search'],
      ['End', 'tab-duplicates'],
      ['ArrowRight', 'tab-compare'],
      ['ArrowLeft', 'tab-duplicates'],
      ['ArrowLeft', 'tab-map'],
    ] as const) {
      await page.keyboard.press(key)
      expect(await focused()).toBe(tab)
    }
    const order: (string | undefined)[] = []
    for (let step = 0; step < 9; step += 1) {
      await page.keyboard.press('Tab')
      order.push(await focused())
      // The file's own control cannot be seen: its label shows that it has the focus.
      const seen = step === 1 ? 'label[for=lines-file]' : ':focus'
      const outline = await page.locator(seen).evaluate((e) => getComputedStyle(e).outlineStyle)
      expect(outline, order.at(-1)).not.toBe('none')
    }
    const map = ['map-draw', 'map-in', 'map-out', 'map-all', 'map-box']
    const lines = ['lines-text', 'lines-file', 'lines-example', 'lines-clear']
    expect(order).toEqual([...lines, ...map])
    for (const tab of ['compare', 'search', 'map', 'duplicates']) {
      await page.locator(`#tab-${tab}`).click()
      const nameless = /- (button|textbox|searchbox|slider|tab|tablist|tabpanel|region)\b(?! ")/
      expect(await page.locator('body').ariaSnapshot()).not.toMatch(nameless)
    }
  })

  test('opens without a network after the first visit, with shared memory', async () => {
    const own = await serveDemo()
    const place = await own.listen()
    const context = await newVisitor()
    const page = await context.newPage()
    await page.goto(place)
    await ready(page)
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false)
    await page.evaluate(() => navigator.serviceWorker.ready)
    await own.close()
    await page.reload()
    await ready(page)
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
    await page.locator('#compare-result table').waitFor()
    await page.goto(`${place}/?lang=en#duplicates`)
    await ready(page)
    await page.locator('#duplicates-find').click()
    await expect.poll(text(page, 'duplicates-summary'), PATIENT).toMatch(/group|No duplicates/)
  })

  test('says what failed where there is no model', async () => {
    const context = await newVisitor()
    await context.route('**/yuju-web.json', (route) => route.fulfill({ status: 404 }))
    const page = await context.newPage()
    await page.goto(address)
    await page.locator('#status[data-state=failed]').waitFor()
    expect(await text(page, 'status-text')()).toMatch(/^模型无法使用：.*404/)
  })
})

// The pictures of the documents, docs/demo.png and docs/serving-page.png, taken in Chromium:
// npm run demo && node scripts/pictures.mjs TEACHER-FOLDER
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { preview } from 'vite'
import { createServer, listen } from 'yuju/server'

const STUDENT = 'models/yuju-small-zh'
const PHONE = { width: 400, height: 880 }
const DESK = { width: 1200, height: 800 }
const COMPARED = [
  '花呗怎么还款',
  '花呗如何还钱',
  '今天天气真不错',
  '今天的天气可真好',
  '怎么申请退货',
]

const root = resolve(import.meta.dirname, '..')
const [teacher] = process.argv.slice(2)
if (teacher === undefined) {
  console.error('name the folder of the teacher: node scripts/pictures.mjs TEACHER-FOLDER')
  process.exit(2)
}
const browser = await chromium.launch({
  executablePath: process.env.YUJU_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})

/** A page at `url` of a visitor who reads Chinese. */
async function open(url, viewport) {
  const page = await browser.newPage({ locale: 'zh-CN', colorScheme: 'light', viewport })
  await page.goto(url)
  return page
}

/** Three parts of the demo, beside each other. */
async function pictureDemo() {
  const server = await preview({ root: join(root, 'web/demo'), preview: { port: 4179 } })
  const page = await open(server.resolvedUrls.local[0], PHONE)
  await page.locator('#status[data-state=ready]').waitFor()
  const inputs = page.locator('#compare-sentences input')
  for (const [place, sentence] of COMPARED.entries()) {
    if (place >= (await inputs.count())) await page.click('#compare-add')
    await inputs.nth(place).fill(sentence)
  }
  await page
    .locator('#compare-result th[scope=row]')
    .nth(COMPARED.length - 1)
    .waitFor()
  await page.mouse.click(0, 0)
  const parts = [await page.screenshot()]
  await page.click('#tab-search')
  await page.click('#search-form button')
  await page.locator('#search-hits li').first().waitFor()
  parts.push(await page.screenshot())
  await page.click('#tab-map')
  await page.click('#map-draw')
  await page.locator('#map-draw:enabled').waitFor()
  await page.locator('#map').scrollIntoViewIfNeeded()
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
  parts.push(await page.screenshot())
  await page.close()
  await server.close()
  const images = parts.map((png) => `<img src="data:image/png;base64,${png.toString('base64')}">`)
  const sheet = await browser.newPage({ viewport: { ...PHONE, width: 3 * PHONE.width + 32 } })
  await sheet.setContent(`<body style="margin:0;display:flex;gap:16px">${images.join('')}</body>`)
  await sheet.screenshot({ path: join(root, 'docs/demo.png') })
}

/** The teacher and its student on the page of the server. */
async function pictureServer() {
  const models = [teacher, join(root, STUDENT)].map((folder) => ({
    name: resolve(folder).split('/').at(-1),
    model: resolve(folder),
  }))
  const server = await listen(await createServer({ models }), { port: 0 })
  const page = await open(server.url, DESK)
  await page.fill('#sentences', COMPARED.join('\n'))
  await page.click('#compare-form button')
  await page.locator('#compare-output .panel').nth(1).waitFor()
  await page.mouse.click(0, 0)
  await page.screenshot({ path: join(root, 'docs/serving-page.png'), fullPage: true })
  await server.stop()
}

await pictureDemo()
await pictureServer()
await browser.close()
for (const name of ['demo', 'serving-page']) {
  const bytes = readFileSync(join(root, `docs/${name}.png`)).length
  console.log(`docs/${name}.png: ${Math.round(bytes / 1000)} kB`)
}

// yuju in Chromium, on one thread, beside transformers.js with the same exported model, in float32 and
// each in its own 8 bits. Needs Chromium (YUJU_CHROMIUM, else /usr/bin/chromium) and what
// bench/make-peers.mjs installs.
// node bench/web.mjs [MODEL [ROUNDS [TEXTS]]]   (default: models/yuju-small-zh, 5 rounds, 1,000 texts)
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import { build, preview } from 'vite'
import {
  copyActivationRanges,
  exportOnnx,
  exportWeb,
  loadCheckpoint,
  SentenceEncoder,
  saveCheckpoint,
} from 'yuju'
import { PEERS, PYTHON } from './peer.mjs'
import { recordResult } from './results.mjs'
import { drawSentences, trainingSentences } from './sentences.mjs'
import { interleaveAll, median, round, spread } from './statistics.mjs'

const [model = 'models/yuju-small-zh', roundsWord = '5', textsWord = '1000'] = process.argv.slice(2)
const [rounds, count] = [Number(roundsWord), Number(textsWord)]
const command = 'node bench/web.mjs'
const PEER = 'transformers.js 4.3.1, WebAssembly, one thread'
const LENGTH = 13
const modules = join(PEERS, 'js/node_modules')

/** The page, the model in float32 as both sides read it, and the other side's files, in one folder. */
async function publish(folder) {
  const page = new URL('web-page/', import.meta.url).pathname
  const built = await build({
    configFile: false,
    root: page,
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  })
  const target = join(folder, 'models/model')
  await saveCheckpoint(target, await loadCheckpoint(model), { type: 'float32' })
  await copyActivationRanges(model, target)
  await exportWeb(target)
  await exportOnnx(await loadCheckpoint(target), target)
  const onnx = ['model.onnx', 'model_quantized.onnx'].map((name) => join(target, 'onnx', name))
  execFileSync(PYTHON, [new URL('python/quantize_onnx.py', import.meta.url).pathname, ...onnx])
  cpSync(join(modules, '@huggingface/transformers/dist'), join(folder, 'transformers'), {
    recursive: true,
  })
  const runtime = join(modules, 'onnxruntime-web/dist')
  for (const name of readdirSync(runtime).filter((file) => file.startsWith('ort-wasm'))) {
    cpSync(join(runtime, name), join(folder, 'ort', name))
  }
  return { target, output: [built].flat()[0].output }
}

/** Kilobytes of yuju's own scripts: the page's, and the thread that fetches. */
function codeSize(output) {
  const scripts = output.filter(({ fileName }) => fileName.endsWith('.js'))
  const ours = scripts.filter(({ fileName }) => !/wasm-worker|webgpu-worker/.test(fileName))
  const bytes = ours.map(({ code, source }) => gzipSync(code ?? source, { level: 9 }).length)
  return bytes.reduce((sum, part) => sum + part, 0) / 1000
}

const largest = (a, b) => a.reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i])), 0)

const folder = mkdtempSync(join(tmpdir(), 'yuju-bench-web-'))
const { target, output } = await publish(folder)
const site = await preview({
  configFile: false,
  root: folder,
  logLevel: 'error',
  build: { outDir: folder },
  preview: { port: 0, host: '127.0.0.1' },
})
const server = await chromium.launchServer({
  executablePath: process.env.YUJU_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
const browser = await chromium.connect(server.wsEndpoint())
try {
  const context = await browser.newContext()
  const open = async () => {
    const page = await context.newPage()
    await page.goto(site.resolvedUrls.local[0])
    await page.waitForFunction(() => 'asked' in globalThis)
    return page
  }
  const call = (page, name, ...words) =>
    page.evaluate(([asked, given]) => globalThis.asked[asked](...given), [name, words])

  const first = await open()
  await call(first, 'loadOurs')
  await first.close()
  const page = await open()
  const firstVector = await call(page, 'loadOurs')
  const quickVector = await call(page, 'loadQuick')
  const other = await open()
  await call(other, 'loadTheirs')
  await call(other, 'loadTheirsQuick')

  const checked = drawSentences(40, 31)
  const encoder = await SentenceEncoder.load(target, { precision: 'float32', onWarning: () => {} })
  const { data } = await encoder.encode(checked, { truncate: 'silent' })
  const apart = largest(await call(page, 'vectorsOurs', checked), data)
  const unit = await encoder.encode(checked, { truncate: 'silent', normalize: true })
  await encoder.dispose()
  const theirsApart = largest(await call(other, 'vectorsTheirs', checked), unit.data)
  console.log(`vectors differ from Node's by ${apart}; those of ${PEER} by ${theirsApart}`)
  if (theirsApart > 1e-3) throw new Error(`${PEER} gives other vectors`)

  const pids = [server.process().pid]
  const texts = trainingSentences()
    .filter(({ length }) => length === LENGTH)
    .slice(0, count)
  const sides = {
    ours: () => call(page, 'timeOurs', texts),
    quick: () => call(page, 'timeQuick', texts),
    theirs: () => call(other, 'timeTheirs', texts),
    theirsQuick: () => call(other, 'timeTheirsQuick', texts),
  }
  const { times, disturbance } = await interleaveAll(rounds, sides, { pids, most: 2 * rounds })
  const { ours, quick, theirs, theirsQuick } = times
  const ratios = ours.map((seconds, turn) => theirs[turn] / seconds)
  const rates = ours.map((seconds) => texts.length / seconds)
  const theirRate = texts.length / median(theirs)
  const longest = await call(page, 'longestTask', texts)
  console.log(`${round(median(rates))} sentences a second; theirs ${round(theirRate)}`)
  const quickRatios = ours.map((seconds, turn) => seconds / quick[turn])
  const quickRate = texts.length / median(quick)
  const theirQuickRate = texts.length / median(theirsQuick)
  const bothQuick = quick.map((seconds, turn) => theirsQuick[turn] / seconds)
  console.log(`in 8 bits ${round(quickRate)}, theirs ${round(theirQuickRate)}`)
  console.log(
    `first vector after ${round(quickVector)} ms in 8 bits, ${round(firstVector)} ms; longest task ${round(longest)} ms`,
  )

  const what = `${texts.length} sentences of ${LENGTH} characters, float32`
  const record = (name, value, peer, spreadWords) =>
    recordResult({ name, value: round(value), peer, command, spread: spreadWords })
  await record(
    'web.sentences_per_second',
    median(rates),
    '',
    `${what}; ${spread(rates)}${disturbance}`,
  )
  await record(
    'web.throughput_vs_transformers_js',
    median(ratios),
    `${PEER}: ${round(theirRate)} sentences/s, yuju ${round(median(rates))}`,
    `${spread(ratios)}${disturbance}`,
  )
  await record(
    'web.int8_over_f32',
    median(quickRatios),
    `yuju in float32: ${round(median(rates))} sentences/s, in 8 bits ${round(quickRate)}`,
    `${spread(quickRatios)}${disturbance}`,
  )
  await record(
    'web.int8_throughput_vs_transformers_js',
    median(bothQuick),
    `${PEER}, its default of 8 bits: ${round(theirQuickRate)} sentences/s, yuju ${round(quickRate)}`,
    `${spread(bothQuick)}${disturbance}`,
  )
  await record('web.parity_f32', apart, 'yuju in Node', `${checked.length} sentences`)
  await record('web.longest_task_ms', longest, '', what)
  await record('web.first_vector_ms', firstVector, '', 'one run, files in the cache')
  await record('web.code_kb_gzip', codeSize(output), '', 'exact')
} finally {
  await browser.close()
  await server.close()
  await site.close()
  rmSync(folder, { recursive: true })
}

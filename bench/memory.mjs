// Memory: the peak while a model loads, and whether a long stream grows.
// node bench/memory.mjs load | load-qwen3 | stream [COUNT]
//   (YUJU_PYTHON names the Python that makes the Qwen3-Embedding of random weights)
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { SentenceEncoder } from 'yuju'
import { randomQwen3 } from './models.mjs'
import { recordResult } from './results.mjs'
import { SHARED, sentencesFromFile } from './sentences.mjs'
import { median, round } from './statistics.mjs'

const E5 = `${SHARED}models/e5-small-zh`
const TINY = `${SHARED}fixtures/models/tiny-bert-zh-st6`

/** Megabytes of this process, as Linux counts them. @param {'VmHWM' | 'VmRSS'} field */
function memory(field) {
  const line = readFileSync('/proc/self/status', 'utf8')
    .split('\n')
    .find((l) => l.startsWith(field))
  return Number(line?.match(/\d+/)?.[0]) / 1024
}

/** The peak of a fresh process that loads `folder` and does nothing else. */
function loadPeak(folder) {
  const run = spawnSync(process.execPath, [import.meta.filename, 'peak', folder], {
    encoding: 'utf8',
  })
  return JSON.parse(run.stdout)
}

/** What loading adds over a process with the same program and a model of next to no weights. */
async function measureLoad({ name, folder, command }) {
  const megabytes = (parameters) => (parameters * 4) / 2 ** 20
  const small = loadPeak(TINY)
  const large = loadPeak(folder)
  const weights = megabytes(large.parameters) - megabytes(small.parameters)
  const ratio = (large.peak - small.peak) / weights
  console.log(
    `peak ${large.peak.toFixed(0)} MB, of which runtime and program ${small.peak.toFixed(0)}`,
  )
  console.log(`float32 weights ${weights.toFixed(0)} MB: ${ratio.toFixed(2)} times`)
  await recordResult({
    name,
    value: round(ratio),
    peer: '',
    command: `node bench/memory.mjs ${command}`,
    spread:
      `one run; whole process ${large.peak.toFixed(0)} MB, program alone ${small.peak.toFixed(0)} MB, ` +
      `weights ${weights.toFixed(0)} MB in float32, ${large.stored.toFixed(0)} MB as they are stored`,
  })
}

async function measureStream(count) {
  // A second thread gains nothing on the smallest model.
  const encoder = await SentenceEncoder.load(TINY, { threads: 1 })
  const samples = []
  const start = performance.now()
  let done = 0
  for await (const block of encoder.stream(sentencesFromFile(count), { truncate: 'silent' })) {
    done += block.rows
    samples.push({ done, megabytes: memory('VmRSS') })
    const rate = done / ((performance.now() - start) / 1000)
    if (done % 81_920 === 0) console.log(done, `${rate.toFixed(0)}/s`)
  }
  await encoder.dispose()
  // Garbage comes and goes from block to block: ten blocks are taken together.
  const late = samples.filter((sample) => sample.done > 50_000).map((sample) => sample.megabytes)
  const [before, after] = [median(late.slice(0, 10)), median(late.slice(-10))]
  const range = `${Math.min(...late).toFixed(0)} to ${Math.max(...late).toFixed(0)} MB in between`
  console.log(`after 50,000: ${before.toFixed(0)} MB, at the end: ${after.toFixed(0)} MB; ${range}`)
  await recordResult({
    name: 'encode.rss_growth_1m',
    value: round(Math.max(0, after / before - 1)),
    peer: '',
    command: `node bench/memory.mjs stream ${count}`,
    spread: `${done} sentences, ${before.toFixed(0)} MB, then ${after.toFixed(0)} MB; ${range}`,
  })
}

const [mode, argument] = process.argv.slice(2)
if (mode === 'peak') {
  const encoder = await SentenceEncoder.load(argument, { onWarning: () => {} })
  const shapes = [...encoder.checkpoint.weights.values()].map(({ shape }) => shape)
  const parameters = shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0)
  const bytes = [...encoder.checkpoint.weights.values()].map(
    ({ data }) => ('bytes' in data ? data.bytes : data).byteLength,
  )
  const stored = bytes.reduce((a, b) => a + b, 0) / 2 ** 20
  console.log(JSON.stringify({ peak: memory('VmHWM'), parameters, stored }))
  await encoder.dispose()
} else if (mode === 'load') {
  await measureLoad({ name: 'encode.load_peak_over_weights', folder: E5, command: mode })
} else if (mode === 'load-qwen3') {
  const name = 'architectures.qwen3_load_peak_over_weights'
  await measureLoad({ name, folder: randomQwen3(), command: mode })
} else if (mode === 'stream') await measureStream(Number(argument ?? 1_000_000))
else throw new Error('usage: node bench/memory.mjs load | load-qwen3 | stream [COUNT]')

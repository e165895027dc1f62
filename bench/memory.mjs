// Memory: the peak while a model loads, and whether a long stream grows.
// node bench/memory.mjs load | node bench/memory.mjs stream [COUNT]
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { SentenceEncoder } from 'yuju'
import { recordResult } from './results.mjs'
import { SHARED, trainingSentences } from './sentences.mjs'
import { round } from './statistics.mjs'

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
async function measureLoad() {
  const megabytes = (parameters) => (parameters * 4) / 2 ** 20
  const small = loadPeak(TINY)
  const large = loadPeak(E5)
  const weights = megabytes(large.parameters) - megabytes(small.parameters)
  const ratio = (large.peak - small.peak) / weights
  console.log(
    `peak ${large.peak.toFixed(0)} MB, of which runtime and program ${small.peak.toFixed(0)}`,
  )
  console.log(`float32 weights ${weights.toFixed(0)} MB: ${ratio.toFixed(2)} times`)
  await recordResult({
    name: 'encode.load_peak_over_weights',
    value: round(ratio),
    peer: '',
    command: 'node bench/memory.mjs load',
    spread: `one run; whole process ${large.peak.toFixed(0)} MB, program alone ${small.peak.toFixed(0)} MB`,
  })
}

async function measureStream(count) {
  const pool = trainingSentences()
  const texts = (function* () {
    for (let i = 0; i < count; i += 1) yield pool[(i * 7919) % pool.length]
  })()
  const encoder = await SentenceEncoder.load(TINY)
  let done = 0
  let early = 0
  let highest = 0
  const start = performance.now()
  for await (const block of encoder.stream(texts, { truncate: 'silent' })) {
    done += block.rows
    const now = memory('VmRSS')
    if (done <= 50_000 + 8192) early = now
    highest = Math.max(highest, now)
    const rate = done / ((performance.now() - start) / 1000)
    if (done % 81_920 === 0) console.log(done, `${now.toFixed(0)} MB`, `${rate.toFixed(0)}/s`)
  }
  await encoder.dispose()
  const growth = highest / early - 1
  console.log(`after 50,000: ${early.toFixed(0)} MB, highest after: ${highest.toFixed(0)} MB`)
  await recordResult({
    name: 'encode.rss_growth_1m',
    value: round(Math.max(0, growth)),
    peer: '',
    command: `node bench/memory.mjs stream ${count}`,
    spread: `one run of ${done} sentences; ${early.toFixed(0)} MB, then at most ${highest.toFixed(0)} MB`,
  })
}

const [mode, argument] = process.argv.slice(2)
if (mode === 'peak') {
  const encoder = await SentenceEncoder.load(argument, { onWarning: () => {} })
  const shapes = [...encoder.checkpoint.weights.values()].map(({ shape }) => shape)
  const parameters = shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0)
  console.log(JSON.stringify({ peak: memory('VmHWM'), parameters }))
  await encoder.dispose()
} else if (mode === 'load') await measureLoad()
else if (mode === 'stream') await measureStream(Number(argument ?? 1_000_000))
else throw new Error('usage: node bench/memory.mjs load | stream [COUNT]')

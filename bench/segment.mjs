// What the words of long texts take: texts of 100,000 and of 1,000,000 characters without spaces, in
// time of the processor, as other programs may have it meanwhile; and how long the event loop is held
// up while such a text is put into a store and looked for.
// node bench/segment.mjs [--dry]
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { createMemoryStore } from 'yuju/search'
import { segmentWords } from '../dist/search/segment-words.js'
import { recordResult } from './results.mjs'
import { drawSentences } from './sentences.mjs'
import { median, round, spread } from './statistics.mjs'

const { values } = parseArgs({ options: { dry: { type: 'boolean', default: false } } })
const MILLION = 1_000_000
const ROUNDS = 5
const sentences = drawSentences(60_000).join('')
const unspaced = sentences.replace(/[\p{P}\p{S}\p{Z}\s]/gu, '').slice(0, MILLION)
const TEXTS = {
  'sentences without spaces': unspaced,
  'sentences as they are': sentences.slice(0, MILLION),
  'one sentence, repeated': '花呗如何还款我想知道怎么办'.repeat(MILLION / 10).slice(0, MILLION),
  'one character': '我'.repeat(MILLION),
}

/** Milliseconds of the processor. */
function timeOf(text) {
  const start = process.cpuUsage()
  segmentWords(text)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

const times = {}
for (const [name, text] of Object.entries(TEXTS)) {
  timeOf(text.slice(0, 100_000))
  const short = Array.from({ length: ROUNDS }, () => timeOf(text.slice(0, 100_000)))
  times[name] = Array.from({ length: ROUNDS }, () => timeOf(text))
  const growth = round(median(times[name]) / median(short) / 10)
  console.log(
    `${name}: ${round(median(times[name]))} ms a million, ${growth} times that of 100,000`,
  )
}

const delay = await longestDelay()
console.log(`event loop held up for ${round(delay)} ms at most, by a text of a million characters`)
if (!values.dry) {
  const slowest = Object.values(times).toSorted((a, b) => median(b) - median(a))[0]
  recordResult({
    name: 'serve.segment_ms_per_million_characters',
    value: round(median(slowest)),
    peer: `the slowest of ${Object.keys(TEXTS).join('; ')}`,
    command: 'node bench/segment.mjs',
    spread: `${spread(slowest)}; event loop held up for ${round(delay)} ms at most`,
  })
}

/** Milliseconds that the event loop waited at most, beside the million characters of a text. */
async function longestDelay() {
  const store = await createMemoryStore({ dimensions: 2 })
  await store.searchText('花呗')
  const resolution = 1
  const delays = monitorEventLoopDelay({ resolution })
  delays.enable()
  await store.upsert([{ id: 'long', text: unspaced, vector: Float32Array.of(1, 0) }])
  await store.searchText(unspaced)
  delays.disable()
  await store.close()
  return delays.max / 1e6 - resolution
}

// Search: indexing beside plain encoding, and recall and time of each way to search.
// node bench/search.mjs [COUNT] [rate | memory | lancedb] [--bundled] [--dry]
//   COUNT: sentences (default 200,000, as in figures.json); a part alone (default: all three);
//   --bundled: the model that ships with yuju, in place of e5-small-zh; --dry: record nothing
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SentenceEncoder } from 'yuju'
import { createMemoryStore, createStore, indexTexts, modelSettings } from 'yuju/search'
import { seeded } from '../recipes/seeded.mjs'
import { recordResult } from './results.mjs'
import { SHARED, trainingSentences } from './sentences.mjs'
import { interleaveAll, median, round, spread } from './statistics.mjs'

const E5 = `${SHARED}models/e5-small-zh`
const THREADS = 2
const QUERIES = 200
const TOP = 10
/** Records written to a store at once. */
const BLOCK = 8192
/** Sentences of a round of indexing beside encoding, and rounds. */
const RATE_SENTENCES = 20_000
const RATE_ROUNDS = 3

const dry = process.argv.includes('--dry')
const PARTS = ['rate', 'memory', 'lancedb']
const asked = PARTS.filter((part) => process.argv.includes(part))
const wanted = (part) => asked.length === 0 || asked.includes(part)
const bundled = process.argv.includes('--bundled')
const modelName = bundled ? 'yuju-small-zh' : 'e5-small-zh'
const count = Number(process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? 200_000)
const command = `node bench/search.mjs${count === 200_000 ? '' : ` ${count}`}`

function record(result) {
  console.log(`${result.name}: ${result.value} (${result.spread})`)
  if (!dry) recordResult({ peer: '', command, ...result })
}

/** Different sentences in a seeded order, so that the queries are none of the indexed ones. */
function differentSentences(wanted) {
  const all = [...new Set(trainingSentences())]
  const random = seeded(9)
  for (let i = 0; i < wanted; i += 1) {
    const other = i + Math.floor(random() * (all.length - i))
    ;[all[i], all[other]] = [all[other], all[i]]
  }
  if (all.length < wanted) throw new Error(`there are only ${all.length} different sentences`)
  return all.slice(0, wanted)
}

async function timed(work) {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

/** How fast `index` is beside `encode`: the same sentences, an empty store each time. */
async function measureRate(encoder, sentences) {
  const folder = mkdtempSync(join(tmpdir(), 'yuju-bench-search-'))
  let made = 0
  const index = async () => {
    made += 1
    const settings = {
      ...(await modelSettings(encoder.checkpoint, { prompt: '' })),
      dimensions: encoder.dimensions,
    }
    const store = await createStore(join(folder, `${made}`), settings)
    const seconds = await timed(() => {
      const texts = sentences.map((text) => ({ text }))
      return indexTexts(encoder, store, texts, { truncate: 'silent' })
    })
    await store.close()
    rmSync(join(folder, `${made}`), { recursive: true })
    return seconds
  }
  const encode = () => timed(() => encoder.encode(sentences, { truncate: 'silent', prompt: '' }))
  const sides = { ours: index, theirs: encode }
  const { times, disturbance } = await interleaveAll(RATE_ROUNDS, sides, { pids: [], most: 5 })
  const { ours, theirs } = times
  rmSync(folder, { recursive: true })
  const ratios = ours.map((seconds, i) => theirs[i] / seconds)
  const rate = (seconds) => round(sentences.length / median(seconds))
  record({
    name: 'search.index_rate_vs_encode',
    value: round(median(ratios)),
    peer: `encode: ${rate(theirs)} sentences/s, index into LanceDB ${rate(ours)}`,
    spread: `${spread(ratios)}, ${sentences.length} sentences${disturbance}`,
  })
}

async function fill(store, sentences, vectors) {
  const { dimensions } = vectors
  for (let start = 0; start < sentences.length; start += BLOCK) {
    const records = sentences.slice(start, start + BLOCK).map((text, i) => {
      const place = (start + i) * dimensions
      return { id: `${start + i}`, text, vector: vectors.data.subarray(place, place + dimensions) }
    })
    await store.upsert(records)
  }
  await store.optimize?.()
}

/** What each query finds, and how many milliseconds it takes. */
async function ask(store, queries) {
  const found = []
  const times = []
  for (const query of queries) {
    const start = performance.now()
    const hits = await store.search(query, { top: TOP })
    times.push(performance.now() - start)
    found.push(hits.map(({ id }) => id))
  }
  return { found, times: times.sort((a, b) => a - b) }
}

function recallOf(found, exact) {
  const shared = found.map((ids, i) => ids.filter((id) => exact[i].includes(id)).length / TOP)
  return shared.reduce((sum, share) => sum + share, 0) / found.length
}

const p95 = (times) => times[Math.min(times.length - 1, Math.ceil(0.95 * times.length) - 1)]
const timesText = (times) => `p50 ${round(median(times))} ms, p95 ${round(p95(times))} ms`

const encoder = await SentenceEncoder.load(bundled ? undefined : E5, {
  threads: THREADS,
  onWarning: () => {},
})
const all = differentSentences(count + QUERIES)
const [sentences, questions] = [all.slice(0, count), all.slice(count)]
if (wanted('rate')) await measureRate(encoder, sentences.slice(0, RATE_SENTENCES))

console.log(`encoding ${count} sentences and ${QUERIES} queries`)
const vectors = await encoder.encode(sentences, { truncate: 'silent', prompt: '' })
const encodedQueries = await encoder.encode(questions, { truncate: 'silent', prompt: '' })
await encoder.dispose()
const { dimensions } = vectors
const queries = questions.map((_, i) =>
  encodedQueries.data.slice(i * dimensions, (i + 1) * dimensions),
)

let exact
// The exact search is what the others are compared with.
for (const [precision, name] of [
  ['float32', undefined],
  ['int8', 'search.int8_recall10'],
  ['binary', 'search.binary_recall10'],
]) {
  if (exact && !wanted('memory')) break
  const store = await createMemoryStore({ dimensions, precision })
  await fill(store, sentences, vectors)
  await ask(store, queries.slice(0, 20))
  const { found, times } = await ask(store, queries)
  await store.close()
  exact ??= found
  console.log(`in memory, ${precision}: ${timesText(times)}`)
  if (name === undefined || !wanted('memory')) continue
  record({
    name,
    value: round(recallOf(found, exact)),
    spread: `${queries.length} queries, ${count} x ${dimensions} of ${modelName}; ${timesText(times)} a query, one core`,
  })
}

if (wanted('lancedb')) await measureLance()

async function measureLance() {
  const folder = mkdtempSync(join(tmpdir(), 'yuju-bench-search-'))
  const store = await createStore(join(folder, 'store'), { dimensions })
  console.log(
    `LanceDB: written and indexed in ${round(await timed(() => fill(store, sentences, vectors)))} s`,
  )
  await ask(store, queries.slice(0, 20))
  const { found, times } = await ask(store, queries)
  await store.close()
  rmSync(folder, { recursive: true })
  record({
    name: 'search.lancedb_recall10',
    value: round(recallOf(found, exact)),
    spread: `${queries.length} queries, ${count} x ${dimensions} of ${modelName}`,
  })
  record({
    name: 'search.lancedb_p95_ms',
    value: round(p95(times)),
    spread: `${queries.length} queries, ${count} x ${dimensions} of ${modelName}; ${timesText(times)}`,
  })
}

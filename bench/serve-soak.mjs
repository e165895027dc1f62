// A server under mixed load for a long time: memory stays flat, and no error but the intended ones.
// node bench/serve-soak.mjs [--minutes 30] [--clients 16] [--model folder] [--dry]
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { seeded } from '../recipes/seeded.mjs'
import { recordResult } from './results.mjs'
import { drawSentences, longTexts, SHARED } from './sentences.mjs'
import { startYuju } from './server-process.mjs'
import { median, round } from './statistics.mjs'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    clients: { type: 'string', default: '16' },
    model: { type: 'string', default: `${SHARED}models/e5-small-zh` },
    dry: { type: 'boolean', default: false },
  },
})
const MINUTES = Number(values.minutes)
const sentences = drawSentences(20_000)
const long = longTexts(50)
const random = seeded(8)
const pick = (list) => list[Math.floor(random() * list.length)]
const several = (most) =>
  Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(sentences))

/** What clients do, the statuses it may be answered with, and how often it is done. */
const KINDS = [
  { weight: 40, statuses: [200, 429], ask: () => embeddings({ input: pick(sentences) }) },
  {
    weight: 15,
    statuses: [200, 429],
    ask: () => embeddings({ input: several(64), encoding_format: 'base64' }),
  },
  { weight: 5, statuses: [200, 429], ask: () => embeddings({ input: pick(long) }) },
  { weight: 5, statuses: [200, 429], ask: () => embeddings({ input: [0, 5, 6, 2] }) },
  { weight: 10, statuses: [200, 429], ask: () => post('/embed', { inputs: several(16) }) },
  {
    weight: 5,
    statuses: [200, 429],
    ask: () =>
      post('/similarity', { inputs: { source_sentence: pick(sentences), sentences: several(16) } }),
  },
  { weight: 5, statuses: [200, 429], ask: () => post('/tokenize', { inputs: several(16) }) },
  { weight: 1, statuses: [200, 429], ask: () => post('/embed_all', { inputs: several(4) }) },
  { weight: 2, statuses: [413], ask: () => post('/embed', { inputs: 'x'.repeat(200_000) }) },
  { weight: 3, statuses: [422], ask: () => post('/embed', { inputs: [1, 2, null] }) },
  { weight: 2, statuses: [400], ask: () => send('/embed', '{"inputs":') },
  { weight: 2, statuses: [404], ask: () => post('/nowhere', {}) },
  { weight: 3, statuses: ['left'], ask: () => leave() },
  {
    weight: 2,
    statuses: [200],
    ask: async () => (await fetch(`${server.url}/metrics`)).text().then(() => ({ status: 200 })),
  },
]
const total = KINDS.reduce((sum, { weight }) => sum + weight, 0)

function pickKind() {
  let place = random() * total
  for (const kind of KINDS) {
    place -= kind.weight
    if (place < 0) return kind
  }
  return KINDS[0]
}

async function send(path, body, init = {}) {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(server.url + path, { method: 'POST', headers, body, ...init })
  await answer.arrayBuffer()
  return answer
}

const post = (path, body) => send(path, JSON.stringify(body))
const embeddings = (request) => post('/v1/embeddings', { model: 'm', ...request })

/** A client that goes before its answer. */
async function leave() {
  const abort = new AbortController()
  setTimeout(() => abort.abort(), random() * 20)
  const body = JSON.stringify({ inputs: several(64) })
  await send('/embed', body, { signal: abort.signal }).catch(() => {})
  return { status: 'left' }
}

const flags = ['--model', `m=${values.model}`, '--log-level', 'error']
const server = await startYuju([...flags, '--cache-size', '4000000'])
const counts = {}
const wrong = []
const samples = []
const end = Date.now() + MINUTES * 60_000
const step = Math.max(250, (MINUTES * 60_000) / 200)

async function client() {
  while (Date.now() < end) {
    const { statuses, ask } = pickKind()
    const { status } = await ask().catch((error) => ({ status: String(error.cause ?? error) }))
    counts[status] = (counts[status] ?? 0) + 1
    if (!statuses.includes(status)) wrong.push({ expected: statuses, came: status })
  }
}

async function watch() {
  while (Date.now() < end) {
    samples.push(server.memory())
    await pause(step)
  }
}

await Promise.all([watch(), ...Array.from({ length: Number(values.clients) }, client)])
const health = (await fetch(`${server.url}/health`)).status
await server.stop()

// The first fifth is the time in which caches fill and the runtime keeps what it needs.
const fifth = Math.floor(samples.length / 5)
const early = median(samples.slice(fifth, 2 * fifth))
const late = median(samples.slice(-fifth))
const growth = round(late / early - 1)
console.log(counts, `health ${health}`)
console.log(`memory ${round(early / 1e6)} MB, then ${round(late / 1e6)} MB: ${growth * 100} %`)
for (const { expected, came } of wrong.slice(0, 10)) console.log(`${came}, where ${expected}`)
console.log(`${wrong.length} answers that were not intended`)
if (!values.dry) {
  await recordResult({
    name: 'serve.rss_growth_soak',
    value: growth,
    peer: `${MINUTES} minutes; ${round(early / 1e6)} MB, then ${round(late / 1e6)} MB`,
    command: 'node bench/serve-soak.mjs',
    spread: `${wrong.length} answers that were not intended`,
  })
}
process.exitCode = wrong.length > 0 || health !== 200 ? 1 : 0

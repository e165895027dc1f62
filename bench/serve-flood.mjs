// A flood that gives up: connections that send POST /embed_all with 32 long texts and close before
// the answer; beside it a client that embeds one sentence at a time.
// node bench/serve-flood.mjs [--seconds 20] [--connections 64] [--model folder] [--dry]
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { watchOtherLoad } from './other-load.mjs'
import { recordResult } from './results.mjs'
import { drawSentences, longTexts } from './sentences.mjs'
import { startYuju } from './server-process.mjs'
import { round } from './statistics.mjs'

/** Milliseconds until a client of the flood gives up. */
const PATIENCE = 300
const TEXTS = 32
/** Milliseconds between two of the sentences that are embedded meanwhile. */
const PAUSE = 100
/** Milliseconds from a flood until memory is looked at. */
const REST = 10_000
const command = 'node bench/serve-flood.mjs'

if (isMainThread) await measure()
else await flood(workerData)

async function measure() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '20' },
      connections: { type: 'string', default: '64' },
      model: { type: 'string' },
      dry: { type: 'boolean', default: false },
    },
  })
  const model = values.model === undefined ? [] : ['--model', values.model]
  const server = await startYuju(['--log-level', 'error', ...model])
  const connections = Number(values.connections)
  const settings = { url: server.url, connections, seconds: Number(values.seconds) }
  try {
    report(await floodTwice(server, settings), values.dry)
  } finally {
    await server.stop()
  }
}

/** The first time is not counted: what the runtime and the heap have once needed they keep. */
async function floodTwice(server, settings) {
  const sentences = drawSentences(10_000)
  await embedUntil(server.url, sentences, runFlood(settings))
  await pause(REST)
  const before = server.memory()
  const otherLoad = watchOtherLoad([server.pid])
  const { times, counts } = await embedUntil(server.url, sentences, runFlood(settings))
  const others = `other programs had ${round(100 * otherLoad())} % of the machine`
  await pause(1000)
  const after = await embed(server.url, '洪水之后的一句话')
  await pause(REST)
  return { times, counts, after, growth: server.memory() / before - 1, others }
}

function report({ times, counts, after, growth, others }, isDry) {
  const at = (share) => round(percentile(times, share))
  const flooded = Object.entries(counts).map(([status, count]) => `${count} × ${status}`)
  const peer = `the flood was answered ${flooded.join(', ')}`
  const spread =
    `p50 ${at(0.5)} ms, longest ${at(1)} ms of ${times.length}; memory ${round(100 * growth)} % ` +
    `more after it; ${others}`
  const records = [
    { name: 'serve.embed_ms_in_flood', value: at(0.95), peer, spread },
    { name: 'serve.embed_ms_after_flood', value: round(after), peer: '', spread: others },
  ]
  for (const record of records) {
    console.log(`${record.name}: ${record.value} (${record.spread}) ${record.peer}`)
    if (!isDry) recordResult({ ...record, command })
  }
}

/** Milliseconds of each sentence that was embedded while the flood lasted, and what that was answered. */
async function embedUntil(url, sentences, flooding) {
  let counts
  flooding.then((answered) => {
    counts = answered
  })
  const times = []
  for (let next = 0; counts === undefined; next += 1) {
    times.push(await embed(url, sentences[next % sentences.length]))
    await pause(PAUSE)
  }
  return { times, counts }
}

async function embed(url, inputs) {
  const start = performance.now()
  const answer = await fetch(`${url}/embed`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs }),
    signal: AbortSignal.timeout(120_000),
  })
  await answer.arrayBuffer()
  if (answer.status !== 200) console.log(`/embed answered ${answer.status}`)
  return performance.now() - start
}

/** In a thread of its own, so that it does not slow down what is measured. */
async function runFlood(data) {
  const [counts] = await once(new Worker(new URL(import.meta.url), { workerData: data }), 'message')
  return counts
}

async function flood({ url, connections, seconds }) {
  const { parentPort } = await import('node:worker_threads')
  const port = Number(new URL(url).port)
  const bodies = floodBodies(connections)
  const counts = {}
  const end = performance.now() + seconds * 1000
  await Promise.all(
    bodies.map(async (body) => {
      while (performance.now() < end) {
        const status = await sendAndLeave(port, body)
        counts[status] = (counts[status] ?? 0) + 1
      }
    }),
  )
  parentPort.postMessage(counts)
}

function floodBodies(connections) {
  const texts = longTexts(connections + TEXTS)
  return Array.from({ length: connections }, (_, i) => {
    return JSON.stringify({ inputs: texts.slice(i, i + TEXTS) })
  })
}

/** The status that came before the patience was at its end, or `none`. */
async function sendAndLeave(port, body) {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.on('error', () => {})
  socket.on('data', (data) => {
    if (answer.length < 64) answer += data.toString('latin1')
  })
  socket.write(
    'POST /embed_all HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n' +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  await pause(PATIENCE)
  socket.destroy()
  return answer.match(/^HTTP\/1\.1 (\d+)/)?.[1] ?? 'none'
}

function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
}

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
  const sentences = drawSentences(10_000)
  const otherLoad = watchOtherLoad([server.pid])
  const settings = { url: server.url, connections: Number(values.connections) }
  try {
    // What the runtime and the heap once needed they keep: a short flood before the one that counts.
    await runFlood({ ...settings, seconds: 5 })
    await pause(5000)
    const before = server.memory()
    const during = embedUntil(
      server.url,
      sentences,
      runFlood({ ...settings, seconds: Number(values.seconds) }),
    )
    const { times, counts } = await during
    const peak = server.memory()
    await pause(1000)
    const after = await embed(server.url, '洪水之后的一句话')
    await pause(10_000)
    const growth = server.memory() / before - 1
    const others = `other programs had ${round(100 * otherLoad())} % of the machine`
    const p95 = percentile(times, 0.95)
    const answers = Object.entries(counts).map(([status, count]) => `${count} × ${status}`)
    console.log(`flood: ${answers.join(', ')}`)
    console.log(
      `/embed in the flood: ${times.length} times, p50 ${round(percentile(times, 0.5))} ms, p95 ${round(p95)} ms, longest ${round(percentile(times, 1))} ms`,
    )
    console.log(`/embed one second after it: ${round(after)} ms`)
    console.log(
      `memory ${round(before / 1e6)} MB, at its end ${round(peak / 1e6)} MB, then ${round(growth * 100)} % more; ${others}`,
    )
    if (values.dry) return
    const spread = `p50 ${round(percentile(times, 0.5))} ms, longest ${round(percentile(times, 1))} ms of ${times.length}; memory ${round(growth * 100)} % more after it; ${others}`
    const peer = answers.join(', ')
    recordResult({ name: 'serve.embed_ms_in_flood', value: round(p95), peer, command, spread })
    recordResult({
      name: 'serve.embed_ms_after_flood',
      value: round(after),
      peer: '',
      command,
      spread: others,
    })
  } finally {
    await server.stop()
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

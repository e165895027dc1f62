// A server under load: 64 clients that send single sentences, beside offline encode and beside
// infinity-emb on the same model, in turns; then more clients than the queue has room for.
//
//   python3 -m venv ~/yuju-peers-serve && ~/yuju-peers-serve/bin/pip install 'infinity-emb[server,torch]'
//   node bench/serve.mjs [--texts 5000] [--rounds 5] [--no-peer] [--dry]
//
// Clients are a program of their own, which shares the machine's cores with the server: offline
// encode has them for itself. YUJU_SERVE_PEERS names another folder for the peer.
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SentenceEncoder } from 'yuju'
import { startPeer } from './peer.mjs'
import { recordResult } from './results.mjs'
import { drawSentences, SHARED } from './sentences.mjs'
import { startOther, startYuju } from './server-process.mjs'
import { interleaveAll, median, round, spread } from './statistics.mjs'

const { values } = parseArgs({
  options: {
    texts: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '5' },
    'no-peer': { type: 'boolean', default: false },
    // Prints, but writes no record.
    dry: { type: 'boolean', default: false },
  },
})
const CLIENTS = 64
const E5 = `${SHARED}models/e5-small-zh`
const PEER = join(process.env.YUJU_SERVE_PEERS ?? join(homedir(), 'yuju-peers-serve'), 'bin')
const command = 'node bench/serve.mjs'
const texts = drawSentences(Number(values.texts))
const bodies = texts.map((input) => JSON.stringify({ model: 'e5', input }))

const record = (result) => {
  console.log(`${result.name}: ${result.value} (${result.spread})`)
  return values.dry ? undefined : recordResult({ ...result, command })
}

const load = startPeer('serve-load.mjs', [], process.execPath)
try {
  await throughput()
  await fullQueue()
} finally {
  load.stop()
}

async function throughput() {
  const encoder = await SentenceEncoder.load(E5, { onWarning: () => {} })
  const flags = ['--model', `e5=${E5}`, '--cache-size', '0', '--log-level', 'silent']
  const yuju = await startYuju(flags)
  const peer = await startInfinity()
  const sides = {
    encode: async () => {
      const start = performance.now()
      await encoder.encode(texts, { truncate: 'silent', normalize: true })
      return { rate: (texts.length / (performance.now() - start)) * 1000 }
    },
    yuju: () => serve(`${yuju.url}/v1/embeddings`),
    ...(peer ? { peer: () => serve(`${peer.url}/embeddings`) } : {}),
  }
  const pids = [load.pid, yuju.pid, ...(peer ? [peer.pid] : [])]
  const { times, disturbance } = await interleaveAll(Number(values.rounds), sides, { pids })
  await yuju.stop()
  await peer?.stop()
  await encoder.dispose()
  await report(times, disturbance)
}

async function startInfinity() {
  const program = join(PEER, 'infinity_emb')
  if (values['no-peer'] || !existsSync(program)) return undefined
  const fixed = ['v2', '--model-id', E5, '--served-model-name', 'e5', '--engine', 'torch']
  const quick = [
    '--host',
    '127.0.0.1',
    '--device',
    'cpu',
    '--no-compile',
    '--no-model-warmup',
    '--batch-size',
    '64',
  ]
  return startOther((port) => [program, ...fixed, ...quick, '--port', String(port)], '/health')
}

/** Every text once, from 64 clients. */
async function serve(url) {
  const { seconds, byStatus } = await load.ask({ url, bodies, clients: CLIENTS })
  const good = byStatus[200]
  if (good?.count !== bodies.length) throw new Error(`${url}: ${JSON.stringify(byStatus)}`)
  return { rate: bodies.length / seconds, p50: good.p50, p99: good.p99 }
}

async function report({ encode, yuju, peer }, disturbance) {
  const rates = (side) => side.map(({ rate }) => rate)
  const tails = (side) => side.map(({ p50, p99 }) => p99 / p50)
  const ratios = (a, b) => rates(a).map((rate, i) => rate / rates(b)[i])
  const words = (side) =>
    `${round(median(rates(side)))} texts/s` +
    (side[0].p50 === undefined
      ? ''
      : `, p50 ${round(median(side.map(({ p50 }) => p50)))} ms, ` +
        `p99 ${round(median(side.map(({ p99 }) => p99)))} ms`)
  const against = (a, b) => ({
    value: round(median(ratios(a, b))),
    spread: `${spread(ratios(a, b))}${disturbance}`,
  })
  const versusEncode = `encode ${words(encode)}; served ${words(yuju)}`
  await record({
    name: 'serve.throughput_vs_encode',
    ...against(yuju, encode),
    peer: versusEncode,
  })
  const tail = { value: round(median(tails(yuju))), spread: `${spread(tails(yuju))}${disturbance}` }
  await record({ name: 'serve.p99_over_p50', ...tail, peer: `yuju ${words(yuju)}` })
  if (!peer) return console.log('infinity-emb is not installed: nothing to compare with')
  const versusPeer = `infinity-emb on PyTorch ${words(peer)}; yuju ${words(yuju)}`
  await record({ name: 'serve.throughput_vs_peer', ...against(yuju, peer), peer: versusPeer })
}

/** Four times as many texts at once as the queue has room for. */
async function fullQueue() {
  const flags = ['--model', `e5=${E5}`, '--cache-size', '0', '--log-level', 'silent']
  const yuju = await startYuju([...flags, '--queue-size', '256'])
  const blocks = Array.from({ length: Math.ceil(texts.length / 16) }, (_, i) => {
    return JSON.stringify({ model: 'e5', input: texts.slice(i * 16, i * 16 + 16) })
  })
  const url = `${yuju.url}/v1/embeddings`
  await load.ask({ url, bodies: blocks, clients: CLIENTS })
  const before = yuju.memory()
  const { byStatus } = await load.ask({ url, bodies: [...blocks, ...blocks], clients: CLIENTS })
  const growth = yuju.memory() / before - 1
  await yuju.stop()
  const others = Object.keys(byStatus).filter((status) => status !== '200' && status !== '429')
  if (others.length > 0) throw new Error(`answers that were not intended: ${others}`)
  const refused = byStatus[429]
  console.log(
    `queue full: ${byStatus[200]?.count} answered, ${refused?.count ?? 0} refused in ` +
      `${round(refused?.p50 ?? 0)} ms, p99 ${round(refused?.p99 ?? 0)} ms, at most ` +
      `${round(refused?.largest ?? 0)} ms; memory ${round(growth * 100)} % more`,
  )
}

// yuju, sentence-transformers on PyTorch and on ONNX Runtime, and transformers.js: the same model,
// texts and threads, in turns. Needs what bench/make-peers.mjs installs.
// YUJU_PYTHON=~/yuju-peers/bin/python node bench/peers.mjs [throughput | latency | all [ROUNDS [MOST]]]
//   (default: all, 5 rounds, of up to 30 until as many were quiet)
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportOnnx, loadCheckpoint, SentenceEncoder, saveCheckpoint } from 'yuju'
// The package does not offer its charts.
import { barChart } from '../dist/charts/index.js'
import { ONNX_PYTHON, startPeer } from './peer.mjs'
import { recordResult } from './results.mjs'
import { drawSentences, mixedSentences, SHARED } from './sentences.mjs'
import { interleaveAll, median, round, spread } from './statistics.mjs'

const THREADS = 2
const BATCH = 32
const SENTENCES = 5000
const PARTS = 5
const E5 = `${SHARED}models/e5-small-zh`
const command = 'node bench/peers.mjs'

const PEERS = {
  st_torch: 'sentence-transformers 6.2.0, PyTorch 2.15.0',
  st_onnx: 'sentence-transformers 5.2.0, ONNX Runtime 1.32.0',
  transformers_js: 'transformers.js 4.3.1, ONNX Runtime 1.30.0',
}

/** Each round another part of the texts, the same for every side. */
function inParts(texts, measure) {
  const size = texts.length / PARTS
  let calls = 0
  return () => {
    const start = (calls++ % PARTS) * size
    return measure(texts.slice(start, start + size))
  }
}

/** The folder that peers load: yuju's own export. */
async function exported() {
  const folder = join(mkdtempSync(join(tmpdir(), 'yuju-peers-')), 'e5-small-zh')
  await saveCheckpoint(folder, await loadCheckpoint(E5), { type: 'float32' })
  await exportOnnx(await loadCheckpoint(folder), folder)
  return folder
}

async function startAll(folder) {
  const peers = {
    st_torch: startPeer('encode_peer.py'),
    st_onnx: startPeer('encode_peer.py', [], ONNX_PYTHON),
    transformers_js: startPeer('transformers-js-peer.mjs', [], process.execPath),
  }
  for (const [name, peer] of Object.entries(peers)) {
    const backend = name === 'st_onnx' ? 'onnx' : 'torch'
    await peer.ask({ load: folder, threads: THREADS, backend })
  }
  return peers
}

/** All must give the same vectors, or a comparison of their speeds means nothing. */
async function requireSameVectors(encoder, peers, texts) {
  const { data, dimensions } = await encoder.encode(texts)
  for (const [name, peer] of Object.entries(peers)) {
    const theirs = (await peer.ask({ vectors: texts })).vectors.flat()
    const apart = theirs.reduce((worst, x, i) => Math.max(worst, Math.abs(x - data[i])), 0)
    console.log(`${PEERS[name]}: vectors differ by ${apart.toExponential(1)} at most`)
    if (theirs.length === texts.length * dimensions && apart < 1e-4) continue
    throw new Error(`${PEERS[name]} gives other vectors`)
  }
}

const record = (figure, { ours, theirs, unit, peer, disturbance, value, ratios }) =>
  recordResult({
    name: `speed.${figure}`,
    value: round(value),
    peer: `${peer}: ${round(theirs)} ${unit}, yuju ${round(ours)}`,
    command,
    spread: `${spread(ratios)}${disturbance}`,
  })

async function throughput({ encoder, peers, pids, rounds, most }) {
  const texts = await mixedSentences(SENTENCES)
  const sides = Object.entries(peers).map(([name, peer]) => [
    name,
    inParts(texts, async (part) => (await peer.ask({ encode: part, batch_size: BATCH })).seconds),
  ])
  const ours = inParts(texts, async (part) => {
    const start = performance.now()
    await encoder.encode(part, { truncate: 'silent' })
    return (performance.now() - start) / 1000
  })
  const measurements = { yuju: ours, ...Object.fromEntries(sides) }
  const { times, disturbance } = await interleaveAll(rounds, measurements, { pids, most })
  const rate = (name) => texts.length / PARTS / median(times[name])
  for (const name of Object.keys(peers)) {
    const ratios = times.yuju.map((seconds, turn) => times[name][turn] / seconds)
    const shown = { ours: rate('yuju'), theirs: rate(name), unit: 'texts/s', peer: PEERS[name] }
    await record(`f32_throughput_vs_${name}`, {
      ...{ ...shown, disturbance, ratios },
      value: median(ratios),
    })
    console.log(`${name}: ${round(rate('yuju'))} against ${round(rate(name))}; ${spread(ratios)}`)
  }
  await draw(Object.entries(times), { texts: texts.length / PARTS, rounds })
}

async function latency({ encoder, peers, pids, rounds, most }) {
  const texts = drawSentences(30, 13)
  const ours = async () => {
    const milliseconds = []
    for (const text of texts) {
      const start = performance.now()
      await encoder.encode(text)
      milliseconds.push(performance.now() - start)
    }
    return median(milliseconds)
  }
  const theirs = async () => median((await peers.st_torch.ask({ one_by_one: texts })).milliseconds)
  const { times, disturbance } = await interleaveAll(rounds, { ours, theirs }, { pids, most })
  const ratios = times.ours.map((milliseconds, turn) => milliseconds / times.theirs[turn])
  await record('f32_latency_vs_st_torch', {
    ...{ ours: median(times.ours), theirs: median(times.theirs), unit: 'ms (p50)' },
    ...{ peer: PEERS.st_torch, disturbance, ratios, value: median(ratios) },
  })
  console.log(`latency: ${round(median(times.ours))} against ${round(median(times.theirs))} ms`)
}

/** A bar for each: texts a second, with the slowest and the fastest round. */
async function draw(times, { texts, rounds }) {
  const bars = times.map(([name, seconds]) => ({
    category: name === 'yuju' ? 'yuju' : PEERS[name].replace(', ', '\n'),
    series: 'texts a second',
    value: texts / median(seconds),
    interval: [texts / Math.max(...seconds), texts / Math.min(...seconds)],
  }))
  const { svg } = await barChart(bars, {
    title: 'e5-small-zh: texts a second',
    subtitle: `${texts} sentences of mixed lengths a round, ${THREADS} threads, float32; median of ${rounds} rounds in turns, lines: slowest and fastest`,
    y: { label: 'texts a second' },
  })
  writeFileSync(new URL('peers.svg', import.meta.url), svg)
}

const [part = 'all', roundsWord = '5', mostWord] = process.argv.slice(2)
const rounds = Number(roundsWord)
const most = Number(mostWord ?? 6 * rounds)
const folder = await exported()
const encoder = await SentenceEncoder.load(E5, { threads: THREADS, onWarning: () => {} })
const peers = await startAll(folder)
const pids = Object.values(peers).map(({ pid }) => pid)
try {
  await requireSameVectors(encoder, peers, drawSentences(20, 14))
  if (part !== 'latency') await throughput({ encoder, peers, pids, rounds, most })
  if (part !== 'throughput') await latency({ encoder, peers, pids, rounds, most })
} finally {
  for (const peer of Object.values(peers)) peer.stop()
  await encoder.dispose()
  rmSync(join(folder, '..'), { recursive: true })
}

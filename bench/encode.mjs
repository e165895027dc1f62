// Encoding beside sentence-transformers on PyTorch: same model, texts and threads, in turns.
// node bench/encode.mjs [e5 | 12 | 4 | qwen3]   (default: all; YUJU_PYTHON names the Python that has
// bench/python/requirements.txt)
import { SentenceEncoder } from 'yuju'
import { randomBert, randomQwen3 } from './models.mjs'
import { startPeer } from './peer.mjs'
import { recordResult } from './results.mjs'
import { drawSentences, longTexts, SHARED } from './sentences.mjs'
import { interleave, median, round, spread } from './statistics.mjs'

const THREADS = 2
const E5 = `${SHARED}models/e5-small-zh`
const PEER = 'sentence-transformers 6.2.0, PyTorch 2.15.0'
const command = 'node bench/encode.mjs'

const timed = async (work) => {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

async function withBoth(folder, measure) {
  const encoder = await SentenceEncoder.load(folder, { threads: THREADS, onWarning: () => {} })
  const peer = startPeer('encode_peer.py')
  await peer.ask({ load: folder, threads: THREADS })
  try {
    await measure(encoder, peer)
  } finally {
    peer.stop()
    await encoder.dispose()
  }
}

async function throughput(
  name,
  { encoder, peer },
  { texts, batchSize, options, rounds, most, how = '' },
) {
  const { ours, theirs, disturbance } = await interleave(rounds, {
    ours: () => timed(() => encoder.encode(texts, { truncate: 'silent', ...options })),
    theirs: async () => (await peer.ask({ encode: texts, batch_size: batchSize })).seconds,
    pids: [peer.pid],
    most,
  })
  const ratios = ours.map((seconds, i) => theirs[i] / seconds)
  const rate = (seconds) => round(texts.length / median(seconds))
  console.log(`${name}: ${rate(ours)} against ${rate(theirs)} sentences/s; ${spread(ratios)}`)
  await recordResult({
    name,
    value: round(median(ratios)),
    peer: `${PEER}: ${rate(theirs)} sentences/s, yuju ${rate(ours)}${how}`,
    command,
    spread: `${spread(ratios)}${disturbance}`,
  })
}

async function latency(name, { encoder, peer }, { texts, rounds }) {
  const oneByOne = async () => {
    const times = []
    for (const text of texts) times.push(1000 * (await timed(() => encoder.encode(text))))
    return median(times)
  }
  const { ours, theirs, disturbance } = await interleave(rounds, {
    ours: oneByOne,
    theirs: async () => median((await peer.ask({ one_by_one: texts })).milliseconds),
    pids: [peer.pid],
  })
  const ratios = ours.map((milliseconds, i) => milliseconds / theirs[i])
  console.log(`${name}: ${round(median(ours))} ms against ${round(median(theirs))} ms`)
  await recordResult({
    name,
    value: round(median(ratios)),
    peer: `${PEER}: ${round(median(theirs))} ms, yuju ${round(median(ours))} ms (p50)`,
    command,
    spread: `${spread(ratios)}${disturbance}`,
  })
}

const only = process.argv[2]
const wanted = (part) => only === undefined || only === part

if (wanted('e5'))
  await withBoth(E5, async (encoder, peer) => {
    const texts = drawSentences(2000)
    const sides = { encoder, peer }
    await throughput('encode.throughput_vs_st_torch', sides, { texts, batchSize: 32, rounds: 5 })
    await latency('encode.latency_vs_st_torch', sides, { texts: texts.slice(0, 100), rounds: 7 })
  })

for (const [layers, count] of [
  [12, 16],
  [4, 16],
]) {
  if (!wanted(String(layers))) continue
  await withBoth(randomBert(layers), async (encoder, peer) => {
    const name = `encode.bert_base_${layers}l_b16_t256_vs_torch`
    const work = { texts: longTexts(count), batchSize: 16, rounds: 9 }
    // Left at its default budget of tokens, yuju runs a batch of 16 in parts that fit the cache.
    const how = ', which runs the 16 in parts of 4'
    await throughput(name, { encoder, peer }, { ...work, options: { batchSize: 16 }, how })
  })
}

if (wanted('qwen3'))
  await withBoth(randomQwen3(), async (encoder, peer) => {
    const work = { texts: longTexts(8), batchSize: 8, rounds: 3, most: 5 }
    const how = ', both in float32'
    await throughput('architectures.qwen3_throughput_vs_torch', { encoder, peer }, { ...work, how })
  })

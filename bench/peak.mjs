// How much of the machine's float32 matrix products a model uses: batch 16, length 256.
// node bench/peak.mjs [ROUNDS]
import { SentenceEncoder } from 'yuju'
// The package offers these only inside its report.
import { matrixPeak } from '../dist/benchmark/matrix-peak.js'
import { operationCount } from '../dist/benchmark/operation-count.js'
import { recordResult } from './results.mjs'
import { longTexts, SHARED } from './sentences.mjs'
import { interleaveAll, median, round, spread } from './statistics.mjs'

const [rounds = '7'] = process.argv.slice(2)
const LENGTH = 256
const BATCHES = 8
// Left at its default budget of pieces, yuju runs a batch of 16 in parts that fit the cache.
const BATCH = { batchSize: 16, maxLength: LENGTH, truncate: 'silent' }
const texts = longTexts(16 * BATCHES)

const encoder = await SentenceEncoder.load(`${SHARED}models/e5-small-zh`, {
  precision: 'float32',
  onWarning: () => {},
})
const operations = operationCount(encoder.checkpoint, LENGTH) * texts.length
const sides = {
  ours: async () => {
    const start = performance.now()
    await encoder.encode(texts, BATCH)
    return operations / ((performance.now() - start) / 1000)
  },
  peak: () => matrixPeak({ backend: 'native' }),
}
const { times, disturbance } = await interleaveAll(Number(rounds), sides, { pids: [], most: 10 })
await encoder.dispose()
const shares = times.ours.map((ours, turn) => ours / times.peak[turn])
const gigaflops = (values) => round(median(values) / 1e9)
console.log(`${gigaflops(times.ours)} of ${gigaflops(times.peak)} GFLOPS; ${spread(shares)}`)
recordResult({
  name: 'speed.f32_share_of_peak',
  value: round(median(shares)),
  peer: `products of 1024 x 1024 matrices in ONNX Runtime on all threads: ${gigaflops(times.peak)} GFLOPS, yuju ${gigaflops(times.ours)}`,
  command: 'node bench/peak.mjs',
  spread: `${spread(shares)}${disturbance}`,
})

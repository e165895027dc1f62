// How much of the machine's float32 matrix products a model uses: batch 16, length 256.
// node bench/peak.mjs [ROUNDS]   (YUJU_PYTHON names the Python that makes a BERT of random weights)
import { SentenceEncoder } from 'yuju'
import { operationCount } from '../dist/benchmark/benchmark.js'
// The package offers these only inside its report.
import { matrixPeak } from '../dist/benchmark/matrix-peak.js'
import { randomBert } from './models.mjs'
import { recordResult } from './results.mjs'
import { longTexts, SHARED } from './sentences.mjs'
import { interleaveAll, median, round, spread } from './statistics.mjs'

const [rounds = '7'] = process.argv.slice(2)
const LENGTH = 256
// Left at its default budget of tokens, yuju runs a batch of 16 in parts that fit the cache.
const BATCH = { batchSize: 16, maxLength: LENGTH, truncate: 'silent' }
const MODELS = [
  { name: 'speed.f32_share_of_peak', folder: `${SHARED}models/e5-small-zh`, batches: 8 },
  { name: 'speed.f32_share_of_peak_bert_base', folder: randomBert(12), batches: 2 },
]

async function measure({ name, folder, batches }) {
  const texts = longTexts(16 * batches)
  const encoder = await SentenceEncoder.load(folder, { precision: 'float32', onWarning: () => {} })
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
  const both = `${gigaflops(times.peak)} GFLOPS, yuju ${gigaflops(times.ours)}`
  console.log(`${name}: peak ${both}; ${spread(shares)}`)
  await recordResult({
    name,
    value: round(median(shares)),
    peer: `products of 1024 x 1024 matrices in ONNX Runtime on all threads: ${both}`,
    command: 'node bench/peak.mjs',
    spread: `${spread(shares)}${disturbance}`,
  })
}

for (const model of MODELS) await measure(model)

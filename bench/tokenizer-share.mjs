// Tokenisation as a share of encoding: 13 characters, the first 4 layers of e5-small-zh.
// node bench/tokenizer-share.mjs
import { loadCheckpoint, SentenceEncoder } from 'yuju'
import { recordResult } from './results.mjs'
import { SHARED, trainingSentences } from './sentences.mjs'
import { median, round, spread } from './statistics.mjs'

const texts = trainingSentences()
  .filter((text) => text.length === 13)
  .slice(0, 4000)
const checkpoint = await loadCheckpoint(`${SHARED}models/e5-small-zh`)
const encoder = await SentenceEncoder.fromCheckpoint({
  ...checkpoint,
  config: { ...checkpoint.config, layers: 4 },
})

const seconds = async (work) => {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

const shares = []
const rates = []
for (let run = -1; run < 5; run += 1) {
  const tokenizing = await seconds(() => encoder.tokenize(texts))
  const encoding = await seconds(() => encoder.encode(texts))
  if (run < 0) continue
  shares.push(tokenizing / encoding)
  rates.push(texts.length / encoding)
  console.log(
    `tokenize ${round(texts.length / tokenizing)}/s, encode ${round(texts.length / encoding)}/s`,
  )
}
await encoder.dispose()
await recordResult({
  name: 'tokenizer.share_of_encode',
  value: round(median(shares)),
  peer: '',
  command: 'node bench/tokenizer-share.mjs',
  spread: `${spread(shares)}; ${round(median(rates))} sentences/s`,
})

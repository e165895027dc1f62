// How much of what the model computes is padding, over all training sentences.
// node bench/padding.mjs

import { loadCheckpoint } from '../dist/checkpoint/index.js'
import { formBatches } from '../dist/encoder/batching.js'
import { createTokenizer } from '../dist/tokenizer/index.js'
import { recordResult } from './results.mjs'
import { SHARED, trainingSentences } from './sentences.mjs'
import { round } from './statistics.mjs'

const BLOCK = 8192
const { tokenizerFiles } = await loadCheckpoint(`${SHARED}models/e5-small-zh`)
const tokenizer = createTokenizer(tokenizerFiles)
const lengths = trainingSentences().map(
  (text) => tokenizer.encode(text, { maxLength: 512 }).ids.length,
)

let tokens = 0
let computed = 0
for (let start = 0; start < lengths.length; start += BLOCK) {
  const block = lengths.slice(start, start + BLOCK)
  for (const batch of formBatches(block, { tokens: 1024, rows: Number.MAX_SAFE_INTEGER })) {
    const inBatch = batch.map((index) => block[index])
    tokens += inBatch.reduce((sum, length) => sum + length, 0)
    computed += batch.length * Math.max(...inBatch)
  }
}
const share = (computed - tokens) / computed
console.log(`${lengths.length} sentences, ${tokens} tokens, padding ${(100 * share).toFixed(2)} %`)
await recordResult({
  name: 'encode.padding_share',
  value: round(share),
  peer: '',
  command: 'node bench/padding.mjs',
  spread: `${lengths.length} sentences, exact`,
})

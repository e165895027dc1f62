// Differences to the golden vectors of sentence-transformers, and between alone and in a batch.
// node bench/parity.mjs
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SentenceEncoder } from 'yuju'
import { recordResult } from './results.mjs'
import { SHARED } from './sentences.mjs'

const TEXTS = JSON.parse(readFileSync(`${SHARED}fixtures/texts.json`, 'utf8'))
const FIXTURES = `${SHARED}fixtures/`
const command = 'node bench/parity.mjs'
const options = { truncate: 'silent' }

function golden(name) {
  const file = readFileSync(`${FIXTURES}embeddings/${name}.npy`)
  const header = 10 + file.readUInt16LE(8)
  return new Float32Array(Uint8Array.from(file.subarray(header)).buffer)
}

function largestDifference(a, b) {
  if (a.length !== b.length) throw new Error(`${a.length} numbers against ${b.length}`)
  return a.reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i])), 0)
}

/** Largest difference to the golden vectors, and of alone to in a batch. */
async function compare(folder, name) {
  const encoder = await SentenceEncoder.load(folder)
  const { data } = await encoder.encode(TEXTS, options)
  const alone = []
  for (const text of TEXTS) alone.push(...(await encoder.encode(text, options)))
  await encoder.dispose()
  const result = [largestDifference(data, golden(name)), largestDifference(data, alone)]
  console.log(name, ...result)
  return result
}

/** tiny-bert-zh with another pooling. @param {string} mode */
function withPooling(mode) {
  const folder = mkdtempSync(join(tmpdir(), 'yuju-parity-'))
  cpSync(`${FIXTURES}models/tiny-bert-zh`, folder, { recursive: true })
  rmSync(join(folder, '1_Pooling/config.json'))
  const pooling = { word_embedding_dimension: 48, pooling_mode: mode }
  writeFileSync(join(folder, '1_Pooling/config.json'), JSON.stringify(pooling))
  return folder
}

const results = [
  await compare(`${SHARED}models/e5-small-zh`, 'e5-small-zh'),
  await compare(`${FIXTURES}models/tiny-bert-zh`, 'tiny-bert-zh'),
  await compare(`${FIXTURES}models/tiny-dense-normalize`, 'tiny-dense-normalize'),
]
for (const mode of ['cls', 'max', 'mean_sqrt_len_tokens', 'weightedmean', 'lasttoken']) {
  const folder = withPooling(mode)
  results.push(await compare(folder, `tiny-bert-zh.${mode}`))
  rmSync(folder, { recursive: true })
}
const shown = {
  peer: 'sentence-transformers 6.2.0',
  command,
  spread: `${TEXTS.length} texts, 8 models`,
}
const worst = (place) =>
  Number(Math.max(...results.map((result) => result[place])).toExponential(2))
await recordResult({ name: 'encode.parity.max_abs_difference', value: worst(0), ...shown })
await recordResult({ name: 'encode.parity.alone_vs_batch', value: worst(1), ...shown })

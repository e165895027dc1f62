// Differences to the golden vectors of sentence-transformers, and between alone and in a batch.
// node bench/parity.mjs
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SentenceEncoder } from 'yuju'
import { Reranker } from 'yuju/rerank'
import { recordResult } from './results.mjs'
import { SHARED } from './sentences.mjs'

const TEXTS = JSON.parse(readFileSync(`${SHARED}fixtures/texts.json`, 'utf8'))
const FIXTURES = `${SHARED}fixtures/`
const command = 'node bench/parity.mjs'
const options = { truncate: 'silent' }
const quiet = { onWarning: () => {} }

/** Models that the main tests read too. */
const TESTS = new URL('../test/fixtures/', import.meta.url).pathname
const readTest = (name) => JSON.parse(readFileSync(`${TESTS}${name}`, 'utf8'))

function golden(path) {
  const file = readFileSync(`${path}.npy`)
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
  const result = [
    largestDifference(data, golden(`${FIXTURES}embeddings/${name}`)),
    largestDifference(data, alone),
  ]
  console.log(name, ...result)
  return result
}

/** Largest difference of a tiny model of another family to what transformers made of it. */
async function compareFamily(name, texts) {
  const folder = `${TESTS}families/${name}`
  const encoder = await SentenceEncoder.load(folder, quiet)
  const { data } = await encoder.encode(texts)
  await encoder.dispose()
  const result = largestDifference(data, golden(folder))
  console.log(name, result)
  return result
}

/** Largest difference of a tiny cross-encoder's logits to those of sentence-transformers. */
async function compareReranker(name, { logits }, pairs) {
  const reranker = await Reranker.load(`${TESTS}rerankers/${name}`, quiet)
  const { scores } = await reranker.score(pairs, { activation: 'identity' })
  await reranker.dispose()
  const result = largestDifference(scores, logits)
  console.log(`cross-encoder ${name}`, result)
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
const largest = (values) => Number(Math.max(...values).toExponential(2))
const worst = (index) => largest(results.map((result) => result[index]))
await recordResult({ name: 'encode.parity.max_abs_difference', value: worst(0), ...shown })
await recordResult({ name: 'encode.parity.alone_vs_batch', value: worst(1), ...shown })

const others = []
const familyTexts = readTest('families/texts.json')
for (const name of readdirSync(`${TESTS}families`).filter((file) => /^[^.]+\.npy$/.test(file)))
  others.push(
    await compareFamily(
      name.slice(0, -4),
      name === 'bge-m3.npy' ? readTest('families/long.json') : familyTexts,
    ),
  )
const pairs = readTest('rerankers/pairs.json')
for (const [name, golden] of Object.entries(readTest('rerankers/scores.json')))
  others.push(await compareReranker(name, golden, pairs))
await recordResult({
  name: 'architectures.parity.max_abs_difference',
  value: largest(others),
  peer: 'sentence-transformers 6.2.0, transformers 5.23.0',
  command,
  spread: `${others.length} tiny models: vectors, and logits of cross-encoders`,
})

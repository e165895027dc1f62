// The tokenizer against the golden files, and against the Rust tokenizers on 100,000 sentences.
// YUJU_PYTHON=… node bench/tokenizer-corpus.mjs
import { readFileSync } from 'node:fs'
import { createTokenizer } from '../dist/tokenizer/index.js'
import { startPeer } from './peer.mjs'
import { recordResult } from './results.mjs'
import { drawSentences, SHARED } from './sentences.mjs'
import { round } from './statistics.mjs'

const COMMAND = 'node bench/tokenizer-corpus.mjs'
const COUNT = 100_000
const fixtures = new URL('../test/fixtures/', import.meta.url).pathname

const subjects = [
  {
    name: 'bert-base-chinese',
    ours: `${fixtures}models/tiny-bert-zh/vocab.txt`,
    theirs: `${fixtures}models/tiny-dense-normalize/tokenizer.json`,
  },
  {
    name: 'e5-small-zh',
    ours: `${SHARED}models/e5-small-zh/tokenizer.json`,
    theirs: `${SHARED}models/e5-small-zh/tokenizer.json`,
  },
]

/** @param {string} file */
function load(file) {
  const start = performance.now()
  const name = file.slice(file.lastIndexOf('/') + 1)
  const tokenizer = createTokenizer(new Map([[name, readFileSync(file, 'utf8')]]))
  return { tokenizer, milliseconds: performance.now() - start }
}

const isSame = (a, b) => a.length === b.length && a.every((value, index) => value === b[index])

function goldenMismatches(tokenizer, name) {
  const golden = JSON.parse(readFileSync(`${fixtures}tokenizer/${name}.json`, 'utf8'))
  const { a, b, ids, type_ids: typeIds } = golden.pair_max8
  const pair = tokenizer.encodePair(a, b, { maxLength: 8 })
  const isPairSame = isSame(pair.ids, ids) && (typeIds === null || isSame(pair.typeIds, typeIds))
  const different = golden.rows.filter((row) => {
    const whole = tokenizer.encode(row.text).ids
    const cut = tokenizer.encode(row.text, { maxLength: 16 }).ids
    const isWholeSame = isSame(whole, row.ids) && isSame(tokenizer.tokens(whole), row.tokens)
    return !isWholeSame || !isSame(cut, row.ids_max16)
  })
  return { rows: golden.rows.length + 1, different: different.length + (isPairSame ? 0 : 1) }
}

/** The best of five passes, in sentences a second. */
function speed(tokenizer, sentences) {
  let best = Number.POSITIVE_INFINITY
  for (let pass = 0; pass < 5; pass += 1) {
    const start = performance.now()
    for (const sentence of sentences) tokenizer.encode(sentence)
    best = Math.min(best, performance.now() - start)
  }
  return sentences.length / (best / 1000)
}

const sentences = drawSentences(COUNT)
const ofThirteen = sentences.filter((sentence) => sentence.length === 13)
const peer = startPeer('tokenize_corpus.py')
const totals = { golden: 0, rows: 0, corpus: 0, version: '' }

for (const { name, ours, theirs } of subjects) {
  const { tokenizer, milliseconds } = load(ours)
  const golden = goldenMismatches(tokenizer, name)
  const { version } = await peer.ask({ load: theirs })
  const reference = await peer.ask({ encode: sentences })
  const different = sentences.filter(
    (sentence, index) => !isSame(tokenizer.encode(sentence).ids, reference.ids[index]),
  )
  totals.golden += golden.different
  totals.rows += golden.rows
  totals.corpus += different.length
  totals.version = version
  console.log(
    `${name}: built in ${round(milliseconds)} ms; golden ${golden.different} of ${golden.rows}, ` +
      `corpus ${different.length} of ${COUNT} differ; sentences a second on one core: ` +
      `${round(speed(tokenizer, sentences))}, of 13 characters ` +
      `${round(speed(tokenizer, ofThirteen))} (Rust ${round(COUNT / reference.seconds)})`,
  )
  for (const sentence of different.slice(0, 5)) console.log(`  ${JSON.stringify(sentence)}`)
}
peer.stop()

const common = { peer: `tokenizers ${totals.version} (Rust)`, command: COMMAND }
recordResult({
  ...common,
  name: 'tokenizer.golden.mismatches',
  value: totals.golden,
  spread: `${totals.rows} rows and pairs, exact`,
})
recordResult({
  ...common,
  name: 'tokenizer.corpus.mismatches',
  value: totals.corpus,
  spread: `${COUNT} sentences by ${subjects.length} vocabularies, exact`,
})

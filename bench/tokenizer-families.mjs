// The tokenizers of Qwen3, Gemma 3, ModernBERT and bge-m3 (XLM-RoBERTa) against the Rust tokenizers: the ids of
// 20,000 texts of the data sets and of as many that are easily split wrongly, and texts a second of one core.
// YUJU_PYTHON=… node bench/tokenizer-families.mjs [SIZE]   tokens of the vocabularies made here (default: 20,000)
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTokenizer } from '../dist/tokenizer/index.js'
import { PYTHON, startPeer } from './peer.mjs'
import { recordResult } from './results.mjs'
import { drawSentences, longTexts, mixedSentences, SHARED } from './sentences.mjs'
import { median, round } from './statistics.mjs'

const COUNT = 20_000
const size = process.argv[2] ?? '20000'

/** A folder outside the project that holds NAME.tokenizer.json of each family. */
function madeTokenizers() {
  const folder = join(tmpdir(), `yuju-bench-tokenizers-${size}`)
  if (existsSync(join(folder, 'modernbert.tokenizer.json'))) return folder
  const documents = ['README.md', 'README.zh.md', 'ARCHITECTURE.md', 'bench/tokenizer-families.mjs']
  const texts = documents.map((name) =>
    readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'),
  )
  const input = [...drawSentences(100_000, 22), ...texts].join('\n')
  const script = new URL('python/tokenizer_families.py', import.meta.url).pathname
  const made = spawnSync(PYTHON, [script, folder, size], { input })
  if (made.status !== 0) throw new Error(String(made.stderr))
  return folder
}

/** Half of them sentences, half passages and code. */
async function naturalTexts() {
  const long = longTexts(COUNT / 10)
  const code = readFileSync(new URL('statistics.mjs', import.meta.url), 'utf8')
  const lines = Array.from({ length: COUNT / 10 }, (_, i) =>
    code.slice(i % code.length).slice(0, 200),
  )
  return [...(await mixedSentences(COUNT - 2 * (COUNT / 10))), ...long, ...lines]
}

const isSame = (a, b) => a.length === b.length && a.every((value, index) => value === b[index])

/** Seconds of this process's processor, so that other programs do not count. */
function processorSeconds(work) {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

const folder = madeTokenizers()
const subjects = {
  qwen3: join(folder, 'qwen3.tokenizer.json'),
  gemma3: join(folder, 'gemma3.tokenizer.json'),
  modernbert: join(folder, 'modernbert.tokenizer.json'),
  'bge-m3': `${SHARED}models/e5-small-zh/tokenizer.json`,
}
const peer = startPeer('tokenize_corpus.py')
const natural = await naturalTexts()
const { texts: hard } = await peer.ask({ hard: COUNT })
let mismatches = 0
let version = ''

for (const [name, file] of Object.entries(subjects)) {
  const tokenizer = createTokenizer(new Map([['tokenizer.json', readFileSync(file, 'utf8')]]))
  version = (await peer.ask({ load: file })).version
  const different = []
  for (const texts of [natural, hard]) {
    const { ids } = await peer.ask({ encode: texts })
    different.push(...texts.filter((text, i) => !isSame(tokenizer.encode(text).ids, ids[i])))
  }
  const sentences = natural.slice(0, COUNT / 2)
  const rates = { ours: [], theirs: [] }
  for (let turn = -2; turn < 5; turn += 1) {
    const seconds = processorSeconds(() => {
      for (const text of sentences) tokenizer.encode(text)
    })
    if (turn < 0) continue
    rates.ours.push(sentences.length / seconds)
    rates.theirs.push(sentences.length / (await peer.ask({ encode: sentences })).seconds)
  }
  mismatches += different.length
  const spent = (length) => processorSeconds(() => tokenizer.encode('今天 x = 1;\n'.repeat(length)))
  const growth = spent(100_000) / spent(10_000)
  console.log(
    `${name}: ${different.length} of ${2 * COUNT} differ; sentences a second of one core ` +
      `${round(median(rates.ours))} (Rust ${round(median(rates.theirs))}); a text ten times as long takes ` +
      `${round(growth)} times as long`,
  )
  for (const text of different.slice(0, 5)) console.log(`  ${JSON.stringify(text)}`)
  const both = `${round(median(rates.theirs))} sentences/s of one core, yuju ${round(median(rates.ours))}`
  recordResult({
    name: `tokenizer.${name.replace('-', '_')}.speed_vs_rust`,
    value: round(median(rates.ours.map((rate, turn) => rate / rates.theirs[turn]))),
    peer: `tokenizers ${version} (Rust): ${both}`,
    command: 'node bench/tokenizer-families.mjs',
    spread: `median of 5 turns; a text ten times as long takes ${round(growth)} times as long`,
  })
}
peer.stop()
recordResult({
  name: 'tokenizer.families.mismatches',
  value: mismatches,
  peer: `tokenizers ${version} (Rust)`,
  command: 'node bench/tokenizer-families.mjs',
  spread: `${COUNT} texts of the data sets and ${COUNT} made ones by ${Object.keys(subjects).length} tokenizers, exact`,
})

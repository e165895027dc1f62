// The seven tasks: do they give the reference's scores, and how long do they take?
// node bench/evaluate.mjs [reproduction | time | cache] [ROUNDS]   (default: all, 5 rounds; YUJU_PYTHON names the Python
// that has bench/python/requirements.txt)
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { SentenceEncoder } from 'yuju'
import { evaluateTasks, loadTasks } from 'yuju/evaluate'
import { seeded } from '../recipes/seeded.mjs'
import { startPeer } from './peer.mjs'
import { recordResult } from './results.mjs'
import { SHARED } from './sentences.mjs'
import { interleave, median, round, spread } from './statistics.mjs'

const E5 = `${SHARED}models/e5-small-zh`
const DATA = `${SHARED}data`
const PROMPT = 'query: '
const MAIN = new URL('../dist/cli/main.js', import.meta.url).pathname
const command = 'node bench/evaluate.mjs'
/** Enough that batches are full; drawn apart, they hold few of the sentences that tasks repeat. */
const SAMPLED_PAIRS = 200
const [, , only, rounds = 5] = process.argv

/** 100 x Spearman's correlation of the cosine, from the model's PROVENANCE.md. */
const REFERENCE = {
  csts_dev: 81.88,
  csts_test: 77.37,
  afqmc: 24.53,
  lcqmc: 68.19,
  bqcorpus: 47.3,
  pawsx: 8.48,
  xiaobu: 46.29,
}

/** @param {string[]} words */
function evaluateCommand(...words) {
  const args = [MAIN, 'evaluate', E5, '--prompt', PROMPT, '--json', ...words]
  const start = performance.now()
  const report = execFileSync(process.execPath, args, {
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return { report: JSON.parse(String(report)), seconds: (performance.now() - start) / 1000 }
}

async function reproduction() {
  const { report } = evaluateCommand('--data', DATA)
  const differences = report.models[0].results.map(({ task, spearman }) => {
    console.log(`${task}: ${spearman.cosine.toFixed(2)}, reference ${REFERENCE[task].toFixed(2)}`)
    return Math.abs(spearman.cosine - REFERENCE[task])
  })
  await recordResult({
    name: 'evaluate.e5_reproduction',
    value: round(Math.max(...differences)),
    peer: 'sentence-transformers 6.2.0 on the uncut model',
    command,
    spread: `${round(Math.min(...differences))} to ${round(Math.max(...differences))} over ${differences.length} tasks`,
  })
}

/** Some pairs of every task, drawn with a fixed seed. */
function samplePairs({ first, second, gold, lines }, count) {
  const random = seeded(6)
  const rows = Array.from({ length: count }, () => Math.floor(random() * gold.length))
  return {
    first: rows.map((row) => first[row]),
    second: rows.map((row) => second[row]),
    gold: Float64Array.from(rows, (row) => gold[row]),
    lines: Uint32Array.from(rows, (row) => lines[row]),
  }
}

async function sampleTasks(count) {
  const { tasks } = await loadTasks(DATA)
  return tasks.map((task) => ({ ...task, pairs: samplePairs(task.pairs, count) }))
}

async function time() {
  const tasks = await sampleTasks(SAMPLED_PAIRS)
  const asked = tasks.map(({ pairs: { first, second, gold } }) => ({
    first,
    second,
    gold: [...gold],
  }))
  const encoder = await SentenceEncoder.load(E5, { threads: 2 })
  const peer = startPeer('evaluate_peer.py')
  await peer.ask({ load: E5, threads: 2, prompt: PROMPT })
  const scores = { ours: [], theirs: [] }
  const { ours, theirs, disturbance } = await interleave(Number(rounds), {
    ours: async () => {
      const start = performance.now()
      const encode = (texts) => encoder.encode(texts, { prompt: PROMPT })
      const results = await evaluateTasks(encode, tasks)
      scores.ours = results.map(({ spearman }) => spearman.cosine)
      return (performance.now() - start) / 1000
    },
    theirs: async () => {
      const answer = await peer.ask({ evaluate: asked })
      scores.theirs = answer.scores
      return answer.seconds
    },
    pids: [peer.pid],
  })
  peer.stop()
  await encoder.dispose()
  const apart = Math.max(...scores.ours.map((score, i) => Math.abs(score - scores.theirs[i])))
  console.log(`scores differ by ${apart.toExponential(1)} at most`)
  const ratios = ours.map((seconds, i) => seconds / theirs[i])
  await recordResult({
    name: 'evaluate.time_vs_st',
    value: round(median(ratios)),
    peer: `sentence-transformers 6.2.0, PyTorch 2.15.0: ${round(median(theirs))} s, yuju ${round(median(ours))} s; ${SAMPLED_PAIRS} pairs of each task`,
    command: `${command} time ${rounds}`,
    spread: spread(ratios) + disturbance,
  })
}

/** A data folder with some pairs of every task. */
async function sampleFolder(count) {
  const folder = mkdtempSync(join(tmpdir(), 'yuju-bench-data-'))
  for (const { source, pairs } of await sampleTasks(count)) {
    const path = join(folder, source.slice(DATA.length))
    mkdirSync(dirname(path), { recursive: true })
    const line = (text, row) => `${text}\t${pairs.second[row]}\t${pairs.gold[row]}\n`
    writeFileSync(path, pairs.first.map(line).join(''))
  }
  return folder
}

async function cache() {
  const folder = await sampleFolder(500)
  const words = ['--data', folder, '--vector-cache', join(folder, 'cache')]
  const first = evaluateCommand(...words)
  const again = Array.from({ length: 5 }, () => evaluateCommand(...words))
  if (again.some(({ report }) => JSON.stringify(report) !== JSON.stringify(first.report))) {
    throw new Error('the second evaluation gave other results')
  }
  rmSync(folder, { recursive: true })
  const ratios = again.map(({ seconds }) => first.seconds / seconds)
  await recordResult({
    name: 'evaluate.cached_speedup',
    value: round(median(ratios)),
    peer: `first ${round(first.seconds)} s, again ${round(median(again.map((run) => run.seconds)))} s; whole command, 500 pairs of each task`,
    command,
    spread: spread(ratios),
  })
}

for (const part of [reproduction, time, cache]) {
  if (only === undefined || only === part.name) await part()
}
for (const name of ['e5_reproduction', 'time_vs_st', 'cached_speedup']) {
  const results = JSON.parse(readFileSync(new URL('results.json', import.meta.url), 'utf8'))
  console.log(results.find((result) => result.name === `evaluate.${name}`))
}

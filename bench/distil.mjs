// A student beside its teachers: the seven tasks, search, rates, size.
// node bench/distil.mjs [tasks | speed] [STUDENT] [TEACHER ...]
// (default: both, of the student that ships, beside e5-small-zh, bge-small-zh-v1.5 and, where
// recipes/similar made it, runs/similar-2)
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SentenceEncoder } from 'yuju'
import { seeded } from '../recipes/seeded.mjs'
import { recordResult } from './results.mjs'
import { longTexts, SHARED, trainingSentences } from './sentences.mjs'
import { interleave, median, round, spread } from './statistics.mjs'

const ROOT = new URL('../', import.meta.url).pathname
const E5 = `${SHARED}models/e5-small-zh`
const BGE = `${SHARED}models/bge-small-zh-v1.5`
const SIMILAR = `${ROOT}runs/similar-2`
const [, , only, student = `${ROOT}models/yuju-small-zh`, ...named] = process.argv
const teachers = named.length > 0 ? named : [E5, BGE, SIMILAR].filter((model) => existsSync(model))
const PROMPTS = ['--prompt', 'query: ', '--query-prompt', 'query: ', '--corpus-prompt', 'passage: ']
const SETS = { xquad: 'xquad-zh', drcd_dev: 'drcd-dev' }
const command = 'node bench/distil.mjs'
const ROUNDS = 7
const BATCH = { batchSize: 16, maxLength: 256, batchTokens: 16 * 256, truncate: 'silent' }

function tasks() {
  const after = scoresOf(student)
  const before = teachers.map((teacher) => scoresOf(teacher))
  const average = meanOf(after.tasks)
  const averages = before.map(({ tasks }) => meanOf(tasks))
  const record = (name, value, spread, peer = '') =>
    recordResult({ name, value: Number(value.toFixed(4)), peer, command, spread })
  const list = (scores) =>
    Object.entries(scores).map(([name, score]) => `${name} ${score.toFixed(2)}`)
  const peer = teachers.map((model, i) => `${model.split('/').at(-1)}: ${averages[i].toFixed(2)}`)
  record('distil.student_average', average, list(after.tasks).join(', '), peer.join('; '))
  record('distil.teacher_average', Math.max(...averages), peer.join('; '))
  const keeps = (part) => meanOf(after[part]) / meanOf(bestOf(before.map((scores) => scores[part])))
  record('distil.kept', keeps('tasks'), 'of the best teacher of each task')
  record(
    'distil.kept_search',
    keeps('search'),
    list(bestOf(before.map(({ search }) => search))).join(', '),
  )
  for (const [name, set] of Object.entries(SETS)) {
    const others = teachers.map((model, i) => {
      return `${model.split('/').at(-1)}: ${before[i].search[set].toFixed(2)}`
    })
    record(
      `distil.student_${name}_ndcg10`,
      after.search[set],
      'float32, no prompt',
      others.join('; '),
    )
  }
}

/** 100 x Spearman of the tasks and 100 x nDCG@10 of the retrieval sets, by name, in float32. */
function scoresOf(model) {
  const sets = Object.values(SETS).flatMap((set) => [
    '--retrieval',
    `${SHARED}data/retrieval/eval/${set}`,
  ])
  const words = ['evaluate', model, '--data', `${SHARED}data`, ...sets, '--precision', 'float32']
  const flags = model === E5 ? PROMPTS : []
  const main = `${ROOT}dist/cli/main.js`
  const { stdout } = spawnSync(process.execPath, [main, ...words, ...flags, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  const [{ results, retrieval }] = JSON.parse(stdout).models
  const scores = {
    tasks: Object.fromEntries(results.map(({ task, score }) => [task, score])),
    search: Object.fromEntries(retrieval.map(({ set, ndcg10 }) => [set, ndcg10])),
  }
  console.log(model, scores)
  return scores
}

/** @param {readonly Record<string, number>[]} all */
function bestOf(all) {
  const names = Object.keys(all[0])
  return Object.fromEntries(names.map((name) => [name, Math.max(...all.map((one) => one[name]))]))
}

function meanOf(scores) {
  const values = Object.values(scores)
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Sentences as they come: most are short, some reviews fill 256 tokens. */
function texts() {
  const random = seeded(7)
  const all = trainingSentences()
  return Array.from({ length: 512 }, () => all[Math.floor(random() * all.length)])
}

async function speed() {
  const float = { precision: 'float32' }
  const [ours, shipped, large, bge] = [
    await SentenceEncoder.load(student, float),
    await SentenceEncoder.load(student),
    await SentenceEncoder.load(E5, float),
    await SentenceEncoder.load(BGE, float),
  ]
  const sample = texts()
  const passages = longTexts(64).map((text) => text.slice(0, 250))
  const rate = (x, y) => y / x
  const [toLarge, toBge] = ['e5-small-zh, 12 layers, float32', 'bge-small-zh-v1.5, float32']
  const [all, one] = [(encoder) => cost(encoder, sample), (encoder) => latency(encoder, sample)]
  await compare('distil.throughput_ratio', [all(ours), all(large)], rate, toLarge)
  await compare('distil.throughput_ratio_int8', [all(shipped), all(large)], rate, toLarge)
  await compare('distil.latency_ratio', [one(ours), one(large)], (x, y) => x / y, toLarge)
  await compare('distil.rate_vs_bge_small', [all(ours), all(bge)], rate, toBge)
  const long = [cost(ours, passages), cost(bge, passages)]
  await compare('distil.passage_rate_vs_bge_small', long, rate, toBge)
  await Promise.all([ours, shipped, large, bge].map((encoder) => encoder.dispose()))
}

function cost(encoder, sample) {
  return async () => {
    const start = performance.now()
    await encoder.encode(sample, BATCH)
    return performance.now() - start
  }
}

function latency(encoder, sample) {
  return async () => {
    const times = []
    for (const text of sample.slice(0, 100)) {
      const start = performance.now()
      await encoder.encode(text, BATCH)
      times.push(performance.now() - start)
    }
    return median(times)
  }
}

/**
 * @param {string} name
 * @param {readonly (() => Promise<number>)[]} measured milliseconds of the student, of the other
 * @param {(ours: number, theirs: number) => number} ratio
 * @param {string} peer the other
 */
async function compare(name, [ours, theirs], ratio, peer) {
  const runs = await interleave(ROUNDS, { ours, theirs })
  const ratios = runs.ours.map((time, turn) => ratio(time, runs.theirs[turn]))
  console.log(`${name}: ${ratios.map(round).join(', ')}`)
  await recordResult({
    name,
    value: round(median(ratios)),
    peer,
    command,
    spread: spread(ratios) + runs.disturbance,
  })
}

function size() {
  const files = readdirSync(student, { recursive: true }).map((file) => join(student, String(file)))
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0)
  recordResult({
    name: 'distil.repository_megabytes',
    value: round(bytes / 1e6),
    peer: '',
    command,
    spread: `${files.length} files and folders`,
  })
}

if (only !== 'speed') tasks()
if (only !== 'tasks') await speed()
size()

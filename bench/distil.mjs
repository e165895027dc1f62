// A student beside its teacher: the seven tasks, throughput, latency, size.
// node bench/distil.mjs [tasks | speed] [TEACHER] [STUDENT]
// (default: both, of runs/teacher and the student that ships)
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SentenceEncoder } from 'yuju'
import { recordResult } from './results.mjs'
import { SHARED, seeded, trainingSentences } from './sentences.mjs'
import { interleave, median, round, spread } from './statistics.mjs'
import { averageOf, taskScores } from './task-scores.mjs'

const ROOT = new URL('../', import.meta.url).pathname
const [, , only, teacher = `${ROOT}runs/teacher`, student = `${ROOT}models/yuju-small-zh`] =
  process.argv
const command = 'node bench/distil.mjs'
const ROUNDS = 7
const BATCH = { batchSize: 16, maxLength: 256, batchTokens: 16 * 256, truncate: 'silent' }

async function tasks() {
  const data = `${SHARED}data`
  const [before, after] = [await taskScores(teacher, data), await taskScores(student, data)]
  const kept = [...before].map(([task, score]) => ({ task, share: after.get(task) / score }))
  for (const [task, score] of before) {
    console.log(`${task}: teacher ${score.toFixed(2)}, student ${after.get(task).toFixed(2)}`)
  }
  const worst = kept.reduce((least, one) => (one.share < least.share ? one : least))
  const list = (scores) => [...scores].map(([task, score]) => `${task} ${score.toFixed(2)}`)
  const record = (name, value, words) =>
    recordResult({ name, value: Number(value.toFixed(4)), peer: '', command, spread: words })
  record('distil.teacher_average', averageOf(before), list(before).join(', '))
  record('distil.student_average', averageOf(after), list(after).join(', '))
  record('distil.kept', averageOf(after) / averageOf(before), 'average of the seven tasks')
  record('distil.kept_worst_task', worst.share, worst.task)
}

/** Sentences as they come: most are short, some reviews fill 256 tokens. */
function texts() {
  const random = seeded(7)
  const all = trainingSentences()
  return Array.from({ length: 512 }, () => all[Math.floor(random() * all.length)])
}

async function speed() {
  const large = await SentenceEncoder.load(teacher)
  const small = await SentenceEncoder.load(student)
  const sample = texts()
  const cost = (encoder) => async () => {
    const start = performance.now()
    await encoder.encode(sample, BATCH)
    return performance.now() - start
  }
  const latency = (encoder) => async () => {
    const times = []
    for (const text of sample.slice(0, 100)) {
      const start = performance.now()
      await encoder.encode(text, BATCH)
      times.push(performance.now() - start)
    }
    return median(times)
  }
  await compare(
    'distil.throughput_ratio',
    cost(small),
    cost(large),
    (ours, theirs) => theirs / ours,
  )
  await compare(
    'distil.latency_ratio',
    latency(small),
    latency(large),
    (ours, theirs) => ours / theirs,
  )
  await Promise.all([small.dispose(), large.dispose()])
}

/**
 * @param {string} name
 * @param {() => Promise<number>} ours milliseconds of the student
 * @param {() => Promise<number>} theirs of the teacher
 * @param {(ours: number, theirs: number) => number} ratio
 */
async function compare(name, ours, theirs, ratio) {
  const runs = await interleave(ROUNDS, { ours, theirs })
  const ratios = runs.ours.map((time, turn) => ratio(time, runs.theirs[turn]))
  console.log(`${name}: ${ratios.map(round).join(', ')}`)
  await recordResult({
    name,
    value: round(median(ratios)),
    peer: 'the teacher',
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

if (only !== 'speed') await tasks()
if (only !== 'tasks') await speed()
size()

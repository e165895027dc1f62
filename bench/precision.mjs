// 8 bits beside float32: how much faster, and what the seven tasks lose; of e5-small-zh and of the
// model that ships with yuju. The worse of the two is recorded.
// node bench/precision.mjs [speed | loss | all [ROUNDS]]
import { SentenceEncoder } from 'yuju'
import { evaluateTasks, loadTasks } from 'yuju/evaluate'
import { recordResult } from './results.mjs'
import { mixedSentences, SHARED } from './sentences.mjs'
import { interleaveAll, median, round, spread } from './statistics.mjs'

const BUNDLED = new URL('../models/yuju-small-zh', import.meta.url).pathname
const MODELS = { 'e5-small-zh': `${SHARED}models/e5-small-zh`, 'yuju-small-zh': BUNDLED }
const SENTENCES = 5000
const command = 'node bench/precision.mjs'
const [what = 'all', rounds = '5'] = process.argv.slice(2)
const silent = { truncate: 'silent' }

const load = (model, precision) => SentenceEncoder.load(model, { precision, onWarning: () => {} })

async function speed(name, texts) {
  const encoders = {
    float32: await load(MODELS[name], 'float32'),
    int8: await load(MODELS[name], 'int8'),
  }
  const timed = (encoder) => async () => {
    const start = performance.now()
    await encoder.encode(texts, silent)
    return (performance.now() - start) / 1000
  }
  const sides = { float32: timed(encoders.float32), int8: timed(encoders.int8) }
  const { times, disturbance } = await interleaveAll(Number(rounds), sides, { pids: [], most: 8 })
  for (const encoder of Object.values(encoders)) await encoder.dispose()
  const ratios = times.float32.map((seconds, turn) => seconds / times.int8[turn])
  const rate = (seconds) => round(texts.length / median(seconds))
  const shown = `${name}: ${rate(times.float32)} sentences/s, in 8 bits ${rate(times.int8)}`
  console.log(`${shown}; ${spread(ratios)}${disturbance}`)
  return { value: median(ratios), shown, spread: `${name}: ${spread(ratios)}${disturbance}` }
}

async function loss(name, tasks) {
  const averages = []
  for (const precision of ['float32', 'int8']) {
    const encoder = await load(MODELS[name], precision)
    const results = await evaluateTasks((texts) => encoder.encode(texts, silent), tasks)
    await encoder.dispose()
    averages.push(results.reduce((sum, { score }) => sum + score, 0) / results.length)
  }
  const [before, after] = averages
  const shown = `${name}: ${before.toFixed(2)}, in 8 bits ${after.toFixed(2)}`
  console.log(shown)
  return { value: before - after, shown }
}

if (what !== 'loss') {
  const texts = await mixedSentences(SENTENCES)
  const measured = []
  for (const name of Object.keys(MODELS)) measured.push(await speed(name, texts))
  recordResult({
    name: 'speed.int8_over_f32',
    value: round(Math.min(...measured.map(({ value }) => value))),
    peer: `yuju in float32. ${measured.map(({ shown }) => shown).join('; ')}`,
    command,
    spread: `${measured.map((each) => each.spread).join('; ')}; ${texts.length} sentences, the slower of two`,
  })
}
if (what !== 'speed') {
  const { tasks } = await loadTasks(`${SHARED}data`)
  const measured = []
  for (const name of Object.keys(MODELS)) measured.push(await loss(name, tasks))
  recordResult({
    name: 'speed.int8_loss_points',
    value: Number(Math.max(...measured.map(({ value }) => value)).toFixed(3)),
    peer: '',
    command,
    spread: measured.map(({ shown }) => shown).join('; '),
  })
}

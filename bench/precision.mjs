// 8 bits beside float32: how much faster, and what the seven tasks lose; of e5-small-zh and of the
// model that ships with yuju. The worse of the two is recorded. Then the vectors in 8 bits of the
// native runtime beside those of WebAssembly, and, where qemu-x86_64 is installed, beside those of
// emulated processors with AVX2 and no VNNI.
// node bench/precision.mjs [speed | loss | parity | all [ROUNDS]]
import { execFileSync, spawnSync } from 'node:child_process'
import { SentenceEncoder } from 'yuju'
import { evaluateTasks, loadTasks } from 'yuju/evaluate'
import { recordResult } from './results.mjs'
import { mixedSentences, SHARED } from './sentences.mjs'
import { interleaveAll, median, round, spread } from './statistics.mjs'

const BUNDLED = new URL('../models/yuju-small-zh', import.meta.url).pathname
const MODELS = { 'e5-small-zh': `${SHARED}models/e5-small-zh`, 'yuju-small-zh': BUNDLED }
const SENTENCES = 5000
/** Processors that qemu emulates: with AVX2 and no VNNI, of Intel and of AMD. */
const EMULATED = ['Haswell', 'EPYC']
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

if (what === 'speed' || what === 'all') {
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
if (what === 'loss' || what === 'all') {
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
if (what === 'parity' || what === 'all') await parity()
if (what === 'vectors') await writeVectors()

async function parity() {
  const texts = await mixedSentences(1000)
  const native = await bundledVectors(texts, 'native')
  const sides = { WebAssembly: await bundledVectors(texts, 'wasm') }
  if (spawnSync('qemu-x86_64', ['--version']).status === 0) {
    for (const processor of EMULATED) sides[`${processor}, emulated`] = emulatedVectors(processor)
  }
  const shown = Object.entries(sides).map(([name, vectors]) => {
    const all = cosines(native, vectors)
    const mean = all.reduce((sum, x) => sum + x, 0) / all.length
    return { name, mean, least: Math.min(...all) }
  })
  for (const { name, mean, least } of shown) console.log(name, mean, least)
  const [{ mean, least }] = shown
  const spread = shown.map((side) => {
    return `${side.name}: mean ${side.mean.toFixed(6)}, least ${side.least.toFixed(5)}`
  })
  for (const [name, value] of Object.entries({ mean, least })) {
    recordResult({
      name: `precision.native_vs_wasm_${name}`,
      value: Number(value.toFixed(6)),
      peer: 'the native runtime on this processor',
      command: 'node bench/precision.mjs parity',
      spread: `${spread.join('; ')}; ${texts.length} sentences, yuju-small-zh`,
    })
  }
}

async function bundledVectors(texts, backend) {
  const encoder = await SentenceEncoder.load(BUNDLED, { precision: 'int8', backend, threads: 1 })
  const { data, dimensions } = await encoder.encode(texts, { ...silent, normalize: true })
  await encoder.dispose()
  return { data, dimensions }
}

/** The same by this program on another processor. */
function emulatedVectors(processor) {
  const program = new URL(import.meta.url).pathname
  const bytes = execFileSync(
    'qemu-x86_64',
    ['-cpu', processor, process.execPath, program, 'vectors'],
    { maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const data = new Float32Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  )
  return { data, dimensions: data.length / 1000 }
}

async function writeVectors() {
  const { data } = await bundledVectors(await mixedSentences(1000), 'native')
  process.stdout.write(new Uint8Array(data.buffer))
}

function cosines(a, b) {
  return Array.from({ length: 1000 }, (_, row) => {
    let sum = 0
    for (let i = row * a.dimensions; i < (row + 1) * a.dimensions; i += 1)
      sum += a.data[i] * b.data[i]
    return sum
  })
}

// Training steps beside PyTorch: same model, texts, threads and optimizer, whole steps, in turns.
// node bench/train.mjs [384 | 768]   (default: both; YUJU_PYTHON names the Python that has
// bench/python/requirements.txt)
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { randomBert } from './models.mjs'
import { startPeer } from './peer.mjs'
import { recordResult } from './results.mjs'
import { longTexts } from './sentences.mjs'
import { interleave, median, round, spread } from './statistics.mjs'

const THREADS = 2
const RATE = 1e-5
const LENGTH = 32
const TEXTS = longTexts(32)
const PEER = 'PyTorch 2.15.0, AdamW'
const command = 'node bench/train.mjs'
/** What a width's steps are recorded as: two issues ask for the first, at targets of their own. */
const NAMES = {
  384: ['train.step_4l_384_vs_torch', 'speed.train_step_vs_torch'],
  768: ['train.step_4l_768_vs_torch'],
}

/** yuju's side in a process of its own, so that its memory can be told. */
function startOurs() {
  const child = fork(new URL('train-side.mjs', import.meta.url).pathname)
  return {
    pid: child.pid,
    async ask(request) {
      child.send(request)
      const [answer] = await once(child, 'message')
      return answer
    },
    stop: () => child.kill(),
  }
}

async function measure(width) {
  const folder = randomBert(4, width)
  const [ours, theirs] = [startOurs(), startPeer('train_peer.py')]
  const load = { load: folder, threads: THREADS, rate: RATE, length: LENGTH }
  await ours.ask(load)
  const { parameters } = await theirs.ask(load)
  const train = { train: TEXTS, length: LENGTH, steps: 5 }
  const seconds = async (side) => median((await side.ask(train)).seconds)
  const times = await interleave(5, {
    ours: () => seconds(ours),
    theirs: () => seconds(theirs),
    pids: [ours.pid, theirs.pid],
  })
  const memory = [await ours.ask({ memory: true }), await theirs.ask({ memory: true })]
  ours.stop()
  theirs.stop()
  const ratios = times.ours.map((time, i) => times.theirs[i] / time)
  const detail = `${round(1000 * median(times.theirs))} ms a step, yuju ${round(1000 * median(times.ours))} ms`
  console.log(`4 x ${width}: ${detail}; ${spread(ratios)}${times.disturbance}`)
  for (const name of NAMES[width]) {
    await recordResult({
      name,
      value: round(median(ratios)),
      peer: `${PEER}: ${detail}; ${round(parameters / 1e6)} million parameters`,
      command,
      spread: spread(ratios) + times.disturbance,
    })
  }
  return memory.map(({ megabytes }) => megabytes)
}

const only = process.argv[2]
const memories = []
for (const width of Object.keys(NAMES)) {
  if (only !== undefined && only !== width) continue
  memories.push({ width, memory: await measure(Number(width)) })
}
const text = memories.map(({ width, memory: [ours, theirs] }) => {
  return `4 x ${width}: ${round(ours)} MB, PyTorch ${round(theirs)} MB`
})
console.log(text.join('; '))
if (only === undefined) {
  await recordResult({
    name: 'train.peak_memory_vs_torch',
    value: round(Math.max(...memories.map(({ memory: [ours, theirs] }) => ours / theirs))),
    peer: `${PEER}, the whole process; the worse of two`,
    command,
    spread: text.join('; '),
  })
}

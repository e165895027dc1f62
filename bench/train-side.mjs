// yuju's side of bench/train.mjs: training steps, asked by messages.
import { readFileSync } from 'node:fs'
import { datasetOf, mse, TrainingSession } from 'yuju/train'

let session
let width

async function load({ load: model, threads, rate, length }) {
  session = await TrainingSession.open({
    model,
    threads,
    maxLength: length,
    dropout: { hidden: 0, attention: 0 },
    optimizer: { learningRate: rate, weightDecay: 0.01, clipNorm: 1 },
    sources: [
      {
        dataset: datasetOf({ name: 'texts', kind: 'sentences', rows: [['占位']] }),
        loss: mse(),
        batchSize: 32,
        targets: (examples) => ({ teacher: teacherOf(examples.length) }),
      },
    ],
  })
  width = session.checkpoint.config.hiddenSize
  return {}
}

function teacherOf(rows) {
  return { type: 'float32', dims: [rows, width], data: new Float32Array(rows * width).fill(0.5) }
}

let step = 0

async function train({ train: texts, steps }) {
  const seconds = []
  const losses = []
  const examples = texts.map((text) => ({ texts: [text], label: undefined }))
  for (let i = 0; i < steps; i += 1) {
    const start = performance.now()
    const batch = await session.prepare([{ source: 0, examples }])
    const { loss } = await session.step(batch, step)
    seconds.push((performance.now() - start) / 1000)
    losses.push(loss)
    step += 1
  }
  return { seconds, losses }
}

/** The peak of this process, as Linux counts it. */
function memory() {
  const line = readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\s+(\d+)/)
  return { megabytes: Number(line?.[1]) / 1024 }
}

process.on('message', async (request) => {
  if (request.load) process.send(await load(request))
  else process.send(request.memory ? memory() : await train(request))
})

// How cost grows: sentences a second against length, batch and layers, as one chart.
// YUJU_PYTHON=~/yuju-peers/bin/python node bench/growth.mjs [ROUNDS]
import { writeFileSync } from 'node:fs'
import { SentenceEncoder } from 'yuju'
// The package does not offer its charts.
import { lineChart, stackCharts } from '../dist/charts/index.js'
import { randomBert } from './models.mjs'
import { longTexts, SHARED } from './sentences.mjs'
import { median } from './statistics.mjs'

const ROUNDS = Number(process.argv[2] ?? 3)
const E5 = `${SHARED}models/e5-small-zh`
const LENGTHS = [8, 16, 32, 64, 128, 256, 512]
const BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256]
const LAYERS = [2, 4, 6, 8, 12, 16, 24]
/** Tokens of a measurement: enough that the shortest takes tenths of a second. */
const TOKENS = 16_384
const texts = longTexts(2048)

/** Sentences a second, the median of some rounds. */
async function rate(encoder, { length, batch }) {
  const count = Math.max(batch, Math.floor(TOKENS / length / batch) * batch)
  const some = texts.slice(0, count)
  const options = {
    maxLength: length,
    batchSize: batch,
    batchTokens: batch * length,
    truncate: 'silent',
  }
  const rates = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const start = performance.now()
    for (let first = 0; first < count; first += batch) {
      await encoder.encode(some.slice(first, first + batch), options)
    }
    if (round > 0) rates.push((count / (performance.now() - start)) * 1000)
  }
  return median(rates)
}

async function line(name, points) {
  const series = []
  for (const [x, measure] of points) {
    const y = await measure()
    console.log(`${name} ${x}: ${y.toFixed(1)} sentences/s`)
    series.push([x, y])
  }
  return { name, points: series, dots: true }
}

const PRECISIONS = ['float32', 'int8']
const panels = { length: [], batch: [], layers: [] }
for (const precision of PRECISIONS) {
  const encoder = await SentenceEncoder.load(E5, { precision, onWarning: () => {} })
  const of = (settings) => () => rate(encoder, settings)
  panels.length.push(
    await line(
      precision,
      LENGTHS.map((length) => [length, of({ length, batch: 16 })]),
    ),
  )
  panels.batch.push(
    await line(
      precision,
      BATCHES.map((batch) => [batch, of({ length: 32, batch })]),
    ),
  )
  await encoder.dispose()
  const points = LAYERS.map((layers) => [
    layers,
    async () => {
      const model = await SentenceEncoder.load(randomBert(layers, 384), {
        precision,
        onWarning: () => {},
      })
      const measured = await rate(model, { length: 32, batch: 16 })
      await model.dispose()
      return measured
    },
  ])
  panels.layers.push(await line(precision, points))
}
const y = { label: 'sentences a second', type: 'log' }
const charts = [
  await lineChart(panels.length, {
    title: 'Tokens of a text',
    subtitle: 'e5-small-zh, batches of 16',
    x: { label: 'tokens', type: 'log' },
    y,
  }),
  await lineChart(panels.batch, {
    title: 'Texts in a batch',
    subtitle: 'e5-small-zh, 32 tokens each',
    x: { label: 'texts', type: 'log' },
    y,
  }),
  await lineChart(panels.layers, {
    title: 'Layers',
    subtitle: 'random weights, width 384, batches of 16 texts of 32 tokens',
    x: { label: 'layers' },
    y,
  }),
]
writeFileSync(new URL('growth.svg', import.meta.url), stackCharts(charts).svg)

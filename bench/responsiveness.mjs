// How long the event loop is held up while 10,000 sentences are encoded.
// node bench/responsiveness.mjs
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { SentenceEncoder } from 'yuju'
import { recordResult } from './results.mjs'
import { drawSentences, SHARED } from './sentences.mjs'

const texts = drawSentences(10_000)
const encoder = await SentenceEncoder.load(`${SHARED}models/e5-small-zh`, {
  onWarning: () => {},
})
await encoder.encode(texts.slice(0, 100))
// What reading the data left behind is not the encoder's.
setFlagsFromString('--expose-gc')
runInNewContext('gc')()

const resolution = 1
const delays = monitorEventLoopDelay({ resolution })
delays.enable()
const start = performance.now()
await encoder.encode(texts, { truncate: 'silent' })
const seconds = (performance.now() - start) / 1000
delays.disable()
const milliseconds = (nanoseconds) => (nanoseconds / 1e6 - resolution).toFixed(1)
console.log(`${(texts.length / seconds).toFixed(0)} sentences/s for ${seconds.toFixed(0)} s`)
console.log(
  `event loop held up: longest ${milliseconds(delays.max)} ms, p99 ${milliseconds(delays.percentile(99))} ms`,
)
await encoder.dispose()
await recordResult({
  name: 'encode.event_loop_longest_ms',
  value: Number(milliseconds(delays.max)),
  peer: '',
  command: 'node bench/responsiveness.mjs',
  spread: `p99 ${milliseconds(delays.percentile(99))} ms over ${texts.length} sentences`,
})

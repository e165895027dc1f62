// A program of its own: loads the model that is named, encodes the texts that come on standard
// input, and says how long it took to the first vector and how much memory the process held.
import process, { argv, stdin, stdout } from 'node:process'
import { json } from 'node:stream/consumers'
import { SentenceEncoder } from '../encoder/index.ts'
import type { Precision } from '../precision/index.ts'

interface LoadCostRequest {
  readonly texts: readonly string[]
  readonly threads?: number
  readonly precision?: Precision
}

const [, , model] = argv
const { texts, ...options } = (await json(stdin)) as LoadCostRequest
const start = performance.now()
await using encoder = await SentenceEncoder.load(model, { ...options, onWarning: () => {} })
await encoder.encode(texts[0] ?? '', { truncate: 'silent' })
const seconds = (performance.now() - start) / 1000
await encoder.encode(texts, { truncate: 'silent' })
const peakBytes = process.resourceUsage().maxRSS * 1024
stdout.write(JSON.stringify({ seconds, peakBytes }))

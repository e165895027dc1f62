// A static student (a table of tokens) beside sentence-transformers with the same folder.
// node bench/static.mjs [MODEL [ROUNDS]]   (default: runs/yuju-static-zh, which
// `yuju distil recipes/static.json` makes; YUJU_PYTHON names the Python that has
// bench/python/requirements.txt)
import { SentenceEncoder } from 'yuju'
import { startPeer } from './peer.mjs'
import { recordResult } from './results.mjs'
import { mixedSentences } from './sentences.mjs'
import { interleaveAll, median, round, spread } from './statistics.mjs'

const [model = 'runs/yuju-static-zh', rounds = '5'] = process.argv.slice(2)
const SENTENCES = 50_000

const texts = await mixedSentences(SENTENCES)
const encoder = await SentenceEncoder.load(model, { onWarning: () => {} })
const peer = startPeer('encode_peer.py')
await peer.ask({ load: model, threads: 2 })
const sides = {
  ours: async () => {
    const start = performance.now()
    await encoder.encode(texts, { truncate: 'silent' })
    return texts.length / ((performance.now() - start) / 1000)
  },
  theirs: async () => texts.length / (await peer.ask({ encode: texts, batch_size: 1024 })).seconds,
}
const { times, disturbance } = await interleaveAll(Number(rounds), sides, {
  pids: [peer.pid],
  most: 10,
})
peer.stop()
await encoder.dispose()
const [ours, theirs] = [times.ours, times.theirs].map((rates) => round(median(rates)))
console.log(`${ours} sentences a second; sentence-transformers ${theirs}; ${spread(times.ours)}`)
await recordResult({
  name: 'speed.static_sentences_per_second',
  value: ours,
  peer: `sentence-transformers 6.2.0, the same StaticEmbedding: ${theirs} sentences/s`,
  command: 'node bench/static.mjs',
  spread: `${spread(times.ours)}${disturbance}; ${texts.length} sentences of mixed length`,
})

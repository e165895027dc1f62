// yuju bulk beside plain yuju encode: the same sentences, cut into shards, by several workers, of
// which two are killed; and whether every row is there once. Needs redis-server.
// node bench/bulk.mjs [--sentences 1000000] [--shards 100] [--workers 4] [--model folder] [--dry]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { BulkRuns } from 'yuju/bulk'
import { recordResult } from './results.mjs'
import { sentencesFromFile } from './sentences.mjs'
import { freePort } from './server-process.mjs'
import { round } from './statistics.mjs'

const { values } = parseArgs({
  options: {
    sentences: { type: 'string', default: '1000000' },
    shards: { type: 'string', default: '100' },
    workers: { type: 'string', default: '4' },
    // The model that ships with yuju, in 8 bits: a million sentences in minutes.
    model: { type: 'string', default: 'models/yuju-small-zh' },
    dry: { type: 'boolean', default: false },
  },
})
const SENTENCES = Number(values.sentences)
const SHARDS = Number(values.shards)
const WORKERS = Number(values.workers)
const KILLED = 2
/** Seconds until a worker that was killed is missed. */
const LEASE = 30
const MAIN = new URL('../dist/cli/main.js', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'yuju-bench-bulk-'))
const [texts, vectors] = [join(folder, 'texts'), join(folder, 'vectors')]
const shardName = (shard) => `part-${String(shard).padStart(5, '0')}`

/** A row stays with its number, so that one that is lost or there twice is found. */
async function writeTexts() {
  mkdirSync(texts)
  const all = createWriteStream(join(folder, 'all.jsonl'))
  let [row, shard, part] = [0, -1]
  for await (const text of sentencesFromFile(SENTENCES)) {
    if (Math.floor((row * SHARDS) / SENTENCES) > shard) {
      part?.end()
      shard += 1
      part = createWriteStream(join(texts, `${shardName(shard)}.jsonl`))
    }
    const line = `${JSON.stringify({ text: `${row} ${text}` })}\n`
    for (const stream of [all, part]) if (!stream.write(line)) await once(stream, 'drain')
    row += 1
  }
  const ends = [all, part].map((stream) => once(stream, 'close'))
  for (const stream of [all, part]) stream.end()
  await Promise.all(ends)
}

function startYuju(words) {
  const child = spawn(process.execPath, [MAIN, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  const output = []
  child.stdout.on('data', (chunk) => output.push(chunk))
  const end = once(child, 'close').then(([code]) => ({ code, stdout: output.join('') }))
  return { child, end }
}

async function yuju(...words) {
  const { code, stdout } = await startYuju(words).end
  if (code !== 0) throw new Error(`yuju ${words.join(' ')} ended with code ${code}`)
  return stdout
}

async function startRedis() {
  const port = await freePort()
  const words = ['--port', String(port), '--dir', folder, '--save', '', '--appendonly', 'yes']
  const child = spawn('redis-server', words, { stdio: 'ignore' })
  return { url: `redis://127.0.0.1:${port}`, stop: () => child.kill('SIGKILL') }
}

/** Seconds of the run, from the start of the workers to the last row. */
async function bulkSeconds(redis) {
  const places = ['--input', texts, '--output', vectors, '--lease', String(LEASE)]
  await yuju('bulk', 'start', 'bench', ...places, '--model', values.model, '--redis', redis)
  const threads = ['--threads', '1']
  const start = performance.now()
  const workers = Array.from({ length: WORKERS }, () =>
    startYuju(['bulk', 'worker', 'bench', ...threads, '--redis', redis]),
  )
  for (const [index, { child }] of workers.slice(0, KILLED).entries()) {
    // The first at about a quarter, the second at about half of the work.
    await untilDone(redis, ((index + 1) * SHARDS) / 4)
    child.kill('SIGKILL')
  }
  const ends = await Promise.all(workers.slice(KILLED).map(({ end }) => end))
  const failed = ends.find(({ code }) => code !== 0)
  if (failed) throw new Error(`a worker ended with code ${failed.code}`)
  return (performance.now() - start) / 1000
}

async function untilDone(url, shards) {
  const runs = await BulkRuns.connect({ redis: url })
  while ((await runs.status('bench')).shards.done < shards) await pause(1000)
  await runs[Symbol.asyncDispose]()
}

async function encodeSeconds() {
  const words = ['--input', join(folder, 'all.jsonl'), '--output', join(folder, 'all.parquet')]
  const start = performance.now()
  await yuju('encode', ...words, '--model', values.model, '--truncate', 'silent')
  return (performance.now() - start) / 1000
}

/** Rows that are missing, there twice, out of order, or with another vector than by plain encode. */
async function wrongRows() {
  const plain = await asyncBufferFromFile(join(folder, 'all.parquet'))
  let [wrong, row] = [0, 0]
  for (let shard = 0; shard < SHARDS; shard += 1) {
    const file = await asyncBufferFromFile(join(vectors, `${shardName(shard)}.parquet`))
    const rows = await parquetReadObjects({ file })
    const expected = Math.ceil(((shard + 1) * SENTENCES) / SHARDS) - row
    const same = await parquetReadObjects({ file: plain, rowStart: row, rowEnd: row + expected })
    wrong += Math.abs(rows.length - expected)
    wrong += same.filter((theirs, index) => !isSame(theirs, rows[index])).length
    row += expected
  }
  return wrong
}

function isSame(a, b) {
  if (a.text !== b?.text || a.embedding.length !== b.embedding.length) return false
  return a.embedding.every((value, i) => Math.abs(value - b.embedding[i]) <= 1e-5)
}

const redis = await startRedis()
try {
  await writeTexts()
  const plain = await encodeSeconds()
  const bulk = await bulkSeconds(redis.url)
  const wrong = await wrongRows()
  const overhead = round(bulk / plain - 1)
  const rate = round(SENTENCES / bulk)
  console.log(`plain ${round(plain)} s, bulk ${round(bulk)} s: overhead ${100 * overhead} %`)
  console.log(`${rate} sentences/s; ${wrong} of ${SENTENCES} rows lost, twice or wrong`)
  if (!values.dry) {
    const how = `${SENTENCES} sentences in ${SHARDS} shards, ${WORKERS} workers, ${KILLED} killed`
    const share = { command: 'node bench/bulk.mjs', spread: `one run; ${how}` }
    const peer = `yuju encode: ${round(plain)} s, yuju bulk ${round(bulk)} s, with the time until the dead are missed`
    await recordResult({ name: 'bulk.overhead', value: overhead, peer, ...share })
    await recordResult({ name: 'bulk.lost_or_duplicated', value: wrong, peer: '', ...share })
    await recordResult({ name: 'bulk.sentences_per_second', value: rate, peer: '', ...share })
  }
  process.exitCode = wrong > 0 ? 1 : 0
} finally {
  redis.stop()
  rmSync(folder, { recursive: true, force: true })
}

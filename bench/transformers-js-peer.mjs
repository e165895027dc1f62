// transformers.js, asked over standard input: one JSON request a line, as bench/python/encode_peer.py.
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { PEERS } from './peer.mjs'

export const TRANSFORMERS_JS = '@huggingface/transformers@4.3.1'

let extract

async function load({ load: folder, threads }) {
  const main = 'js/node_modules/@huggingface/transformers/dist/transformers.node.mjs'
  const { env, pipeline } = await import(pathToFileURL(join(PEERS, main)).href)
  env.allowRemoteModels = false
  env.localModelPath = dirname(folder)
  const options = { dtype: 'fp32', device: 'cpu' }
  const session_options = { intraOpNumThreads: threads }
  extract = await pipeline('feature-extraction', basename(folder), { ...options, session_options })
  return { threads }
}

const vectorsOf = (texts) => extract(texts, { pooling: 'mean', normalize: true })

async function answer(request) {
  if (request.load) return load(request)
  if (request.vectors) return { vectors: (await vectorsOf(request.vectors)).tolist() }
  const texts = request.encode ?? request.one_by_one
  const size = request.batch_size ?? 1
  const milliseconds = []
  // The library makes one padded batch of a call, whatever its length.
  for (let start = 0; start < texts.length; start += size) {
    const begun = performance.now()
    await vectorsOf(texts.slice(start, start + size))
    milliseconds.push(performance.now() - begun)
  }
  return { milliseconds, seconds: milliseconds.reduce((sum, part) => sum + part, 0) / 1000 }
}

if (process.argv[1] === import.meta.filename) {
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(`answer ${JSON.stringify(await answer(JSON.parse(line)))}`)
  }
}

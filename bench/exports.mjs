// Exported models in other programs: ONNX Runtime and fastembed in Python, transformers.js in Node.
// node bench/exports.mjs   (YUJU_PYTHON names the Python, YUJU_NODE_PEERS a folder that has
// @huggingface/transformers installed; a program that is missing is left out)
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { exportOnnx, loadCheckpoint, SentenceEncoder, saveCheckpoint } from 'yuju'
import { startPeer } from './peer.mjs'
import { recordResult } from './results.mjs'
import { SHARED } from './sentences.mjs'
import { round } from './statistics.mjs'

// fastembed pools by itself, without Dense or Normalize: models with mean pooling alone suit all.
const MODELS = ['fixtures/models/tiny-bert-zh', 'fixtures/models/tiny-bert-zh-st6']
const TEXTS = ['花呗怎么还款', '我的儿子！他猛然间喊道，我的儿子在哪儿？', 'Hello! 今天天气真不错']
const temporary = mkdtempSync(join(tmpdir(), 'yuju-exports-'))

async function exported(model) {
  const folder = join(temporary, basename(model))
  const checkpoint = await loadCheckpoint(`${SHARED}${model}`)
  await saveCheckpoint(folder, checkpoint)
  await exportOnnx(checkpoint, folder)
  return folder
}

function withPython(program) {
  return async (folder) => {
    const peer = startPeer('run_export.py', [program])
    const { vectors } = await peer.ask({ folder, texts: TEXTS })
    peer.stop()
    return vectors?.flat()
  }
}

async function withTransformersJs(folder) {
  const peers = process.env.YUJU_NODE_PEERS
  if (!peers || !existsSync(peers)) return undefined
  const path = createRequire(join(peers, 'x.js')).resolve('@huggingface/transformers')
  const { env, pipeline } = await import(pathToFileURL(path).href)
  env.allowRemoteModels = false
  env.localModelPath = dirname(folder)
  const { tokenizer, model } = await pipeline('feature-extraction', basename(folder), {
    dtype: 'fp32',
  })
  const { sentence_embedding } = await model(tokenizer(TEXTS, { padding: true }))
  return [...sentence_embedding.data]
}

const PROGRAMS = {
  'onnxruntime (Python)': withPython('onnxruntime'),
  fastembed: withPython('fastembed'),
  'transformers.js': withTransformersJs,
}

const worst = new Map()
for (const model of MODELS) {
  const folder = await exported(model)
  const encoder = await SentenceEncoder.load(folder, { onWarning: () => {} })
  const { data } = await encoder.encode(TEXTS)
  await encoder.dispose()
  for (const [program, run] of Object.entries(PROGRAMS)) {
    const vectors = await run(folder)
    if (!vectors) continue
    if (vectors.length !== data.length) throw new Error(`${program}: ${vectors.length} numbers`)
    const difference = Math.max(...vectors.map((value, i) => Math.abs(value - data[i])))
    worst.set(program, Math.max(worst.get(program) ?? 0, difference))
  }
}
rmSync(temporary, { recursive: true })
for (const [program, difference] of worst) console.log(`${program}: ${difference}`)
const seen = [...worst].map(([program, difference]) => `${program} ${round(difference)}`)
await recordResult({
  name: 'encode.export.max_abs_difference',
  value: round(Math.max(...worst.values())),
  peer: seen.join(', '),
  command: 'node bench/exports.mjs',
  spread: `${TEXTS.length} texts, ${MODELS.length} models`,
})
// transformers.js keeps its sessions.
process.exit(0)

// Models with random weights, in the shapes that are measured.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PYTHON } from './peer.mjs'
import { drawSentences, SHARED } from './sentences.mjs'

/** A folder outside the project that holds a BERT of random weights. */
export function randomBert(layers, width = 768) {
  const folder = join(tmpdir(), `yuju-bench-bert-${layers}x${width}`)
  const words = [String(layers), `${SHARED}data/vocab/vocab.txt`, String(width)]
  return made(folder, 'make_random_bert.py', { words })
}

/** A folder outside the project that holds random weights in the shapes of Qwen3-Embedding-0.6B. */
export function randomQwen3() {
  const input = () => drawSentences(20_000).join('\n')
  return made(join(tmpdir(), 'yuju-bench-qwen3-0.6b'), 'make_random_qwen3.py', { input })
}

function made(folder, program, { words = [], input = () => '' }) {
  if (existsSync(join(folder, 'modules.json'))) return folder
  const script = new URL(`python/${program}`, import.meta.url).pathname
  const { status, stderr } = spawnSync(PYTHON, [script, folder, ...words], { input: input() })
  if (status !== 0) throw new Error(String(stderr))
  return folder
}

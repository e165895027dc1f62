// Models with random weights, in the shapes that are measured.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PYTHON } from './peer.mjs'
import { SHARED } from './sentences.mjs'

/** A folder outside the project that holds a BERT of random weights. */
export function randomBert(layers, width = 768) {
  const folder = join(tmpdir(), `yuju-bench-bert-${layers}x${width}`)
  if (existsSync(join(folder, 'modules.json'))) return folder
  const script = new URL('python/make_random_bert.py', import.meta.url).pathname
  const vocabulary = `${SHARED}data/vocab/vocab.txt`
  const made = spawnSync(PYTHON, [script, folder, String(layers), vocabulary, String(width)])
  if (made.status !== 0) throw new Error(String(made.stderr))
  return folder
}

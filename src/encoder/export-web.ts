import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Checkpoint,
  diskFolder,
  type ManifestFile,
  type ModelFolder,
  readCalibration,
  readCheckpoint,
  WEB_MANIFEST_FILE,
  type WebManifest,
} from '../checkpoint/index.ts'
import { fileHash, writeFileAtomic } from '../files/index.ts'
import { readActivationRanges } from '../precision/index.ts'
import { checkOutputs } from './check-outputs.ts'
import type { Embeddings } from './embeddings.ts'
import { openCheckpoint } from './open-model.ts'

/** Short and long, Chinese and not: vectors of these tell a graphics processor that errs. */
const CHECK_TEXTS = [
  '花呗怎么还款',
  '今天天气真不错',
  '我的儿子！他猛然间喊道，我的儿子在哪儿？',
  'Hello, world. 你好，世界。𠮷',
]

/** Digits that a float32 has at most. */
const DIGITS = 9

/**
 * Adds `yuju-web.json` to a model folder, so that `yuju/web` can load it from any static server: which
 * files there are, their sizes and hashes, and vectors that a browser must come to. To be written
 * again whenever a file of the folder changes.
 * @throws CheckpointError for a folder that is no model; OutputError when it cannot be written.
 */
export async function exportWeb(folder: string): Promise<void> {
  const names = new Set<string>()
  const recorded = recordingFolder(diskFolder(folder), names)
  const checkpoint = await readCheckpoint(recorded)
  await readCalibration(recorded)
  await readActivationRanges(recorded)
  const { data, dimensions } = await exactOutputs(checkpoint)
  const rounded = Array.from(data, (value) => Number(value.toPrecision(DIGITS)))
  const manifest: WebManifest = {
    format: 1,
    files: await Promise.all([...names].sort().map((name) => describeFile(folder, name))),
    check: {
      texts: CHECK_TEXTS,
      vectors: CHECK_TEXTS.map((_, row) => rounded.slice(row * dimensions, (row + 1) * dimensions)),
    },
  }
  await writeFileAtomic(join(folder, WEB_MANIFEST_FILE), `${JSON.stringify(manifest)}\n`)
}

async function exactOutputs(checkpoint: Checkpoint): Promise<Embeddings> {
  const options = { precision: 'float32', onWarning: () => {} } as const
  const parts = await openCheckpoint(checkpoint, options, () => {})
  try {
    return await checkOutputs(parts, CHECK_TEXTS)
  } finally {
    await parts.session.dispose()
  }
}

/** Writes down which files of a folder are found by whoever reads it. */
function recordingFolder(folder: ModelFolder, found: Set<string>, prefix = ''): ModelFolder {
  return {
    path: folder.path,
    folder: (name) =>
      recordingFolder(folder.folder(name), found, name === '' ? prefix : `${prefix}${name}/`),
    async file(name) {
      const file = await folder.file(name)
      if (file) found.add(prefix + name)
      return file
    },
  }
}

async function describeFile(folder: string, path: string): Promise<ManifestFile> {
  const { size } = await stat(join(folder, path))
  return { path, size, sha256: await fileHash(join(folder, path)) }
}

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeSafetensors } from '../../src/checkpoint/write-safetensors.ts'
import type { Weight } from '../../src/model/index.ts'
import { temporaryFolder } from './model-folder.ts'

export const TINY_CONFIG = {
  model_type: 'bert',
  vocab_size: 6,
  hidden_size: 4,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 8,
  max_position_embeddings: 16,
  type_vocab_size: 2,
}

export const TINY_SHAPES: Readonly<Record<string, readonly number[]>> = {
  'embeddings.word_embeddings.weight': [6, 4],
  'embeddings.position_embeddings.weight': [16, 4],
  'embeddings.token_type_embeddings.weight': [2, 4],
  ...norm('embeddings.LayerNorm'),
  ...linear('encoder.layer.0.attention.self.query', 4, 4),
  ...linear('encoder.layer.0.attention.self.key', 4, 4),
  ...linear('encoder.layer.0.attention.self.value', 4, 4),
  ...linear('encoder.layer.0.attention.output.dense', 4, 4),
  ...norm('encoder.layer.0.attention.output.LayerNorm'),
  ...linear('encoder.layer.0.intermediate.dense', 8, 4),
  ...linear('encoder.layer.0.output.dense', 4, 8),
  ...norm('encoder.layer.0.output.LayerNorm'),
}

function linear(name: string, out: number, into: number) {
  return { [`${name}.weight`]: [out, into], [`${name}.bias`]: [out] }
}

function norm(name: string) {
  return { [`${name}.weight`]: [4], [`${name}.bias`]: [4] }
}

/** A weight of numbers that depend on its name. */
export function tinyWeight(name: string, shape: readonly number[]): Weight {
  const length = shape.reduce((product, dim) => product * dim, 1)
  const numbers = Float32Array.from({ length }, (_, i) => Math.sin(i + name.length))
  return { name, type: 'float32', shape, data: { bytes: new Uint8Array(numbers.buffer) } }
}

export const TINY_WEIGHTS: readonly Weight[] = Object.entries(TINY_SHAPES).map(([name, shape]) =>
  tinyWeight(name, shape),
)

const TRANSFORMER = { path: '', type: 'sentence_transformers.models.Transformer' }
const POOLING = { path: '1_Pooling', type: 'sentence_transformers.models.Pooling' }

/** The JSON and text files of a small model, by path; JSON as the value it stands for. */
export const TINY_FILES: Readonly<Record<string, unknown>> = {
  'config.json': TINY_CONFIG,
  'vocab.txt': '[PAD]\n[UNK]\n[CLS]\n[SEP]\n句\n子\n',
  'modules.json': [TRANSFORMER, POOLING],
  '1_Pooling/config.json': { word_embedding_dimension: 4, pooling_mode_mean_tokens: true },
}

/** The modules of the small model, then others. */
export function tinyModules(
  ...others: readonly { readonly path: string; readonly type: string }[]
) {
  return [TRANSFORMER, POOLING, ...others]
}

/**
 * Writes a model folder: files by path (a string as it is, anything else as JSON, undefined not at
 * all) and, by path too, lists of weights as safetensors.
 */
export async function modelFolder(
  files: Readonly<Record<string, unknown>>,
  weights: Readonly<Record<string, readonly Weight[]>> = { 'model.safetensors': TINY_WEIGHTS },
): Promise<string> {
  const folder = join(temporaryFolder(), 'model')
  const place = (path: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    return join(folder, path)
  }
  for (const [path, content] of Object.entries(files)) {
    if (content === undefined) continue
    const isRaw = typeof content === 'string' || content instanceof Uint8Array
    writeFileSync(place(path), isRaw ? content : JSON.stringify(content))
  }
  for (const [path, list] of Object.entries(weights)) await writeSafetensors(place(path), list)
  return folder
}

/** The small model, some of its files changed, added or (undefined) left out. */
export function tinyModel(
  changes: Readonly<Record<string, unknown>> = {},
  weights?: Readonly<Record<string, readonly Weight[]>>,
): Promise<string> {
  return modelFolder({ ...TINY_FILES, ...changes }, weights)
}

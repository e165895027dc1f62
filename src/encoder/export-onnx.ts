import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkpoint } from '../checkpoint/index.ts'
import { InputError } from '../errors/index.ts'
import { writeFileAtomic } from '../files/index.ts'
import { type Graph, type Initializer, serializeGraph } from '../graph/index.ts'
import { GRAPH_NAMES, sentenceGraph } from '../model/index.ts'
import { tokenizerJsonText } from '../tokenizer/index.ts'
import { tokenizerOptions } from './tokenizer-options.ts'

/** The largest model one ONNX file can hold: a limit of protocol buffers. */
const LARGEST_FILE = 2 ** 31 - 1

/**
 * Adds `onnx/model.onnx` and `tokenizer.json` to a model folder, where ONNX Runtime, transformers.js,
 * fastembed and sentence-transformers' ONNX backend look for them.
 *
 * Inputs `input_ids`, `attention_mask` and (where the model has segments) `token_type_ids`, int64
 * [B,T]; outputs `last_hidden_state` [B,T,H] and `sentence_embedding` [B,D], float32, of a cross-encoder
 * `logits` [B,1] in place of it. Only standard
 * operators; weights in the element type they are stored in.
 * @throws InputError for a model over 2 GB; OutputError when the folder cannot be written.
 */
export async function exportOnnx(checkpoint: Checkpoint, folder: string): Promise<void> {
  const segments = checkpoint.config.typeVocabularySize > 1
  const outputName = checkpoint.crossEncoder ? GRAPH_NAMES.logits : GRAPH_NAMES.sentenceVectors
  const graph = sentenceGraph(checkpoint, { operators: 'standard', segments, outputName })
  const weights = await readInitializers(graph)
  const model = serializeGraph(graph, (initializer) => weights.get(initializer) ?? new Uint8Array())
  await mkdir(join(folder, 'onnx'), { recursive: true })
  await writeFileAtomic(join(folder, 'onnx', 'model.onnx'), model)
  await writeFileAtomic(
    join(folder, 'tokenizer.json'),
    tokenizerJsonText(checkpoint.tokenizerFiles, tokenizerOptions(checkpoint)),
  )
}

async function readInitializers({ initializers }: Graph): Promise<Map<Initializer, Uint8Array>> {
  const total = initializers.reduce((sum, { data }) => sum + byteLengthOf(data), 0)
  if (total > LARGEST_FILE) {
    throw new InputError(
      'export-too-large',
      `one ONNX file holds at most 2 GB, but the weights have ${(total / 1e9).toFixed(1)} GB; ` +
        'save the model as float16 first',
      { facts: { bytes: total, limit: LARGEST_FILE } },
    )
  }
  const bytes = new Map<Initializer, Uint8Array>()
  for (const initializer of initializers) bytes.set(initializer, await bytesOf(initializer.data))
  return bytes
}

function byteLengthOf(data: Initializer['data']): number {
  return 'bytes' in data ? data.bytes.byteLength : data.byteLength
}

async function bytesOf(data: Initializer['data']): Promise<Uint8Array> {
  if ('bytes' in data) return data.bytes
  const file = await open(data.file)
  try {
    const bytes = new Uint8Array(data.byteLength)
    await file.read(bytes, 0, bytes.byteLength, data.offset)
    return bytes
  } finally {
    await file.close()
  }
}

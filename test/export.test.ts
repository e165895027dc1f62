import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ort from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { exportOnnx, loadCheckpoint, SentenceEncoder, saveCheckpoint } from 'yuju'
import { temporaryFolder } from './support/model-folder.ts'
import { type NpyMatrix, readNpy } from './support/npy.ts'
import { FIXTURES, readJson } from './support/shared.ts'
import { largestDifference } from './support/vectors.ts'

const TEXTS = readJson<string[]>(join(FIXTURES, 'texts.json')).slice(0, 30)
const quiet = { onWarning: () => {} }

async function exported(model: string): Promise<string> {
  const folder = join(temporaryFolder(), 'exported')
  const checkpoint = await loadCheckpoint(join(FIXTURES, model))
  await saveCheckpoint(folder, checkpoint)
  await exportOnnx(checkpoint, folder)
  return folder
}

/** Runs model.onnx as any program would: ids, mask and segments, int64, padded to one width. */
async function runOnnx(folder: string, rows: readonly Int32Array[], padId: number) {
  const session = await ort.InferenceSession.create(join(folder, 'onnx/model.onnx'))
  const width = Math.max(...rows.map((ids) => ids.length))
  const matrix = (cell: (ids: Int32Array, place: number) => number) =>
    new ort.Tensor(
      'int64',
      BigInt64Array.from(
        rows.flatMap((ids) => Array.from({ length: width }, (_, i) => cell(ids, i))),
        BigInt,
      ),
      [rows.length, width],
    )
  const feeds: Record<string, ort.Tensor> = {
    input_ids: matrix((ids, i) => ids[i] ?? padId),
    attention_mask: matrix((ids, i) => (i < ids.length ? 1 : 0)),
    token_type_ids: matrix(() => 0),
  }
  const asked = Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]]))
  const results = await session.run(asked as Record<string, ort.Tensor>)
  await session.release()
  return results
}

function head({ data, columns }: NpyMatrix, rows: number): Float32Array {
  return data.subarray(0, rows * columns)
}

describe('an exported model', () => {
  test.each([
    ['models/tiny-bert-zh', 'tiny-bert-zh'],
    ['models/tiny-dense-normalize', 'tiny-dense-normalize'],
  ])('%s gives the golden vectors in ONNX Runtime', async (model, name) => {
    const folder = await exported(model)
    await using encoder = await SentenceEncoder.load(folder, quiet)
    const rows = encoder.tokenize(TEXTS).map(({ ids }) => ids)
    const results = await runOnnx(folder, rows, 0)
    expect(Object.keys(results).sort()).toEqual(['last_hidden_state', 'sentence_embedding'])
    const golden = readNpy(join(FIXTURES, `embeddings/${name}.npy`))
    const vectors = results.sentence_embedding?.data as Float32Array
    expect(largestDifference(vectors, head(golden, TEXTS.length))).toBeLessThanOrEqual(2e-5)
  })

  test('a model with one segment takes no segments', async () => {
    const folder = await exported('variants/xlm-roberta')
    const session = await ort.InferenceSession.create(join(folder, 'onnx/model.onnx'))
    expect(session.inputNames).toEqual(['input_ids', 'attention_mask'])
    await session.release()
  })

  test('holds standard operators only', async () => {
    const folder = await exported('variants/relu')
    const model = readFileSync(join(folder, 'onnx/model.onnx'))
    expect(model.includes('com.microsoft')).toBe(false)
    expect(model.includes('Softmax')).toBe(true)
  })

  test('brings the tokenizer.json that a vocab.txt stands for', async () => {
    const folder = await exported('models/tiny-bert-zh')
    await using fromVocabulary = await SentenceEncoder.load(
      join(FIXTURES, 'models/tiny-bert-zh'),
      quiet,
    )
    await using fromJson = await SentenceEncoder.load(folder, quiet)
    expect(fromJson.checkpoint.tokenizerFiles.has('tokenizer.json')).toBe(true)
    const texts = readJson<string[]>(join(FIXTURES, 'texts.json'))
    const tokens = (encoder: SentenceEncoder) => encoder.tokenize(texts).map(({ tokens }) => tokens)
    expect(tokens(fromJson)).toEqual(tokens(fromVocabulary))
  })
})

import { CheckpointError } from '../errors/index.ts'
import {
  isNumberType,
  NO_LIMIT,
  type PoolingSpec,
  staticConfig,
  TABLE_NAME,
  type Weight,
  type WeightMap,
} from '../model/index.ts'
import { z } from '../schema/index.ts'
import type { Checkpoint } from './checkpoint.ts'
import { LARGEST_VOCABULARY, type ModelFolder, missingFile, readJson } from './model-folder.ts'
import { readWeightFiles } from './weight-files.ts'

/**
 * Static models: a table [V,D] with a vector for each token, and the mean of a text's tokens instead
 * of an encoder. Here they are checkpoints without layers; on disk they are StaticEmbedding of
 * sentence-transformers, or a folder of model2vec (Tulkens and van Dongen 2024).
 */

/** What StaticEmbedding calls it, and what model2vec does. */
const STORED_NAMES = ['embedding.weight', 'embeddings']
/** Parts of newer folders of model2vec that change which row a token has, or scale it. */
const FOLDED_NAMES = ['mapping', 'weights']

/** What static models do with the vectors of a text's tokens. */
export const STATIC_POOLING: PoolingSpec = { kind: 'pooling', modes: ['mean'], includePrompt: true }

type StaticParts = Pick<Checkpoint, 'config' | 'weights' | 'tokenizerFiles' | 'maxLength'>

/**
 * Reads the folder of a StaticEmbedding.
 * @throws CheckpointError for a table that is missing, damaged, quantized or not a matrix.
 */
export async function readStaticEmbedding(folder: ModelFolder): Promise<StaticParts> {
  const { text, maxLength } = await readBareTokenizer(folder)
  const table = requireTable(await readWeightFiles(folder), folder.path)
  const [rows = 0, dimensions = 0] = table.shape
  return {
    config: staticConfig(rows, dimensions),
    weights: new Map([[TABLE_NAME, table]]),
    tokenizerFiles: new Map([['tokenizer.json', text]]),
    maxLength,
  }
}

const tokenizerSchema = z.looseObject({
  truncation: z.nullish(z.looseObject({ max_length: z.int().check(z.positive()) })),
})

/** The reference leaves away special tokens and padding, and heeds a truncation. */
async function readBareTokenizer(folder: ModelFolder) {
  const content = await readJson(folder, 'tokenizer.json', LARGEST_VOCABULARY)
  if (content === undefined) throw missingFile(folder, ['tokenizer.json'])
  const parsed = tokenizerSchema.safeParse(content)
  if (!parsed.success) {
    const what = z.prettifyError(parsed.error)
    throw refused(folder.path, `tokenizer.json cannot be used: ${what}`, {})
  }
  return {
    text: JSON.stringify({ ...parsed.data, post_processor: null, padding: null }),
    maxLength: parsed.data.truncation?.max_length ?? NO_LIMIT,
  }
}

function requireTable(stored: WeightMap, folder: string): Weight {
  const folded = FOLDED_NAMES.find((name) => stored.has(name))
  if (folded !== undefined) {
    const how = 'open it with sentence-transformers and save it there: that folds the two into one'
    throw refused(folder, `the tensor ${folded} beside the table is not supported; ${how}`, {
      name: folded,
    })
  }
  const table = STORED_NAMES.flatMap((name) => stored.get(name) ?? [])[0]
  if (!table) {
    const found = [...stored.keys()].slice(0, 3).join(', ') || 'nothing'
    throw refused(folder, `expected the tensor ${STORED_NAMES[0]}, but it holds ${found}`, {})
  }
  const { name, shape, type } = table
  if (shape.length !== 2 || shape.includes(0)) {
    throw refused(folder, `${name} must be a table [V,D], but it is [${shape.join(',')}]`, {
      shape,
    })
  }
  if (!isNumberType(type)) {
    throw refused(folder, `${name} must hold floating-point numbers, but it holds ${type}`, {
      type,
    })
  }
  return { ...table, name: TABLE_NAME }
}

function refused(folder: string, what: string, facts: Record<string, unknown>): CheckpointError {
  return new CheckpointError('checkpoint-static', `${folder} is no StaticEmbedding: ${what}`, {
    facts: { folder, ...facts },
  })
}

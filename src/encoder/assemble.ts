import { type Checkpoint, checkFinite, type RangeReader } from '../checkpoint/portable.ts'
import { CheckpointError } from '../errors/index.ts'
import type { Graph } from '../graph/index.ts'
import { GRAPH_NAMES, sentenceGraph } from '../model/index.ts'
import type { Session } from '../runtime/portable.ts'
import { createTokenizer, type Tokenizer } from '../tokenizer/index.ts'
import type { EncoderParts } from './encoder.ts'

/** What differs between the places an encoder may run in. */
export interface Surroundings extends Pick<EncoderParts, 'warn' | 'readCalibration'> {
  /** Reads the files that the checkpoint's weights lie in. */
  readonly readRange: RangeReader
  readonly openSession: (graph: Graph) => Promise<Session>
}

/**
 * Wires a checkpoint, its tokenizer, its graph and a session.
 * @throws CheckpointError for a damaged model; RuntimeError when no runtime can run it.
 */
export async function assembleEncoder(
  checkpoint: Checkpoint,
  { readRange, openSession, warn, readCalibration }: Surroundings,
): Promise<EncoderParts> {
  const tokenizer = createTokenizer(checkpoint.tokenizerFiles)
  requireTableRows(tokenizer, checkpoint)
  await checkFinite(checkpoint.weights.values(), readRange)
  const graph = sentenceGraph(checkpoint, { attention: 'fused', segments: false })
  const dimensions = Number(graph.outputs.get(GRAPH_NAMES.sentenceVectors)?.shape[1])
  const session = await openSession(graph)
  for (const notice of checkpoint.notices) warn(notice)
  return { checkpoint, tokenizer, session, dimensions, warn, readCalibration }
}

function requireTableRows({ vocabularySize }: Tokenizer, { config, folder }: Checkpoint): void {
  if (vocabularySize <= config.vocabularySize) return
  throw new CheckpointError(
    'checkpoint-vocabulary-size',
    `the tokenizer of ${folder} has ${vocabularySize} pieces, but the embedding table only ` +
      `${config.vocabularySize} rows; the folder mixes files of two models`,
    { facts: { folder, pieces: vocabularySize, rows: config.vocabularySize } },
  )
}

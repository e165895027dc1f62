import {
  type Checkpoint,
  checkFilesWhole,
  checkFinite,
  isStatic,
  type RangeReader,
} from '../checkpoint/portable.ts'
import { CheckpointError, InputError } from '../errors/index.ts'
import type { Graph } from '../graph/index.ts'
import { floatLayer, GRAPH_NAMES, type LinearLayer, sentenceGraph } from '../model/index.ts'
import {
  type ActivationRanges,
  choosePrecision,
  eightBitLayers,
  type Precision,
} from '../precision/portable.ts'
import type { Session } from '../runtime/portable.ts'
import { createTokenizer, type Tokenizer } from '../tokenizer/index.ts'
import type { EncoderParts } from './encoder.ts'
import { tokenizerOptions } from './tokenizer-options.ts'

/** What differs between the places an encoder may run in. */
export interface Environment extends Pick<EncoderParts, 'warn' | 'readCalibration'> {
  /** Reads the files that the checkpoint's weights lie in. */
  readonly readRange: RangeReader
  readonly openSession: (graph: Graph) => Promise<Session>
  /** Default: 8 bits where the folder has ranges for it, else float32. */
  readonly precision: Precision | undefined
  /** The ranges that lie beside the model, or undefined where there are none. */
  readonly readActivationRanges: () => Promise<ActivationRanges | undefined>
  /** Measures them, for a model beside which none lie. */
  readonly measureColumnRanges: () => Promise<ActivationRanges>
}

/**
 * Wires a checkpoint, its tokenizer, its graph and a session.
 * @throws CheckpointError for a damaged model; RuntimeError when no runtime can run it.
 */
export async function assembleModel(
  checkpoint: Checkpoint,
  environment: Environment,
): Promise<EncoderParts> {
  const { readRange, openSession, warn, readCalibration } = environment
  const { weights, tokenizerFiles } = checkpoint
  // The runtime maps the files, and a program that reads a map beyond its file's end is killed.
  await checkFilesWhole(weights.values(), readRange)
  const { precision, linear } = await layersOf(checkpoint, environment)
  const segments = checkpoint.crossEncoder?.segments ?? false
  const graph = sentenceGraph(checkpoint, { operators: 'fused', segments, linear })
  const dimensions = Number(graph.outputs.get(GRAPH_NAMES.sentenceVectors)?.shape[1])
  const [session, tokenizer] = await openMeanwhile(openSession(graph), async () => {
    const tokenizer = createTokenizer(tokenizerFiles, tokenizerOptions(checkpoint))
    requireTableRows(tokenizer, checkpoint)
    requireSegments(tokenizer, checkpoint)
    requireBare(tokenizer, checkpoint)
    await checkFinite(weights.values(), readRange)
    return tokenizer
  })
  for (const warning of [...checkpoint.warnings, ...session.warnings]) warn(warning)
  return { checkpoint, tokenizer, session, precision, dimensions, warn, readCalibration }
}

/** Does what else there is to do while the runtime opens a session on a thread of its own. */
async function openMeanwhile<Result>(
  opening: Promise<Session>,
  work: () => Promise<Result>,
): Promise<readonly [Session, Result]> {
  const [session, result] = await Promise.allSettled([opening, work()])
  if (session.status === 'fulfilled' && result.status === 'fulfilled') {
    return [session.value, result.value]
  }
  if (session.status === 'fulfilled') await session.value.dispose()
  // What is wrong with the files tells a user more than what the runtime says of it.
  throw result.status === 'rejected' ? result.reason : (session as PromiseRejectedResult).reason
}

/** How the linear layers are computed. */
async function layersOf(
  checkpoint: Checkpoint,
  { precision: requested, readActivationRanges, readRange, measureColumnRanges }: Environment,
): Promise<{ readonly precision: Precision; readonly linear: LinearLayer }> {
  if (requested === 'int8' && isStatic(checkpoint)) {
    throw new InputError(
      'precision-static',
      `${checkpoint.folder} is a static model: it has no layers to compute in 8 bits; leave precision out`,
      { facts: { folder: checkpoint.folder } },
    )
  }
  const stored = requested === 'float32' ? undefined : await readActivationRanges()
  const precision = choosePrecision(requested, stored)
  if (precision === 'float32') return { precision, linear: floatLayer }
  const ranges = stored ?? (await measureColumnRanges())
  return { precision, linear: await eightBitLayers(checkpoint, ranges, readRange) }
}

function requireTableRows({ vocabularySize }: Tokenizer, { config, folder }: Checkpoint): void {
  if (vocabularySize <= config.vocabularySize) return
  throw new CheckpointError(
    'checkpoint-vocabulary-size',
    `the tokenizer of ${folder} has ${vocabularySize} tokens, but the embedding table only ` +
      `${config.vocabularySize} rows; the folder mixes files of two models`,
    { facts: { folder, tokens: vocabularySize, rows: config.vocabularySize } },
  )
}

/** Segment numbers come from the tokenizer, and may be those of another model. */
function requireSegments(tokenizer: Tokenizer, { config, crossEncoder, folder }: Checkpoint): void {
  if (!crossEncoder?.segments) return
  const { typeIds } = tokenizer.encodePair('', '')
  const segments = Math.max(0, ...typeIds) + 1
  if (segments <= config.typeVocabularySize) return
  throw new CheckpointError(
    'checkpoint-segments',
    `the tokenizer of ${folder} gives pairs ${segments} segments, but the model has only ` +
      `${config.typeVocabularySize}; the folder mixes files of two models`,
    { facts: { folder, segments, known: config.typeVocabularySize } },
  )
}

/** A question is special tokens and all: none may be added to it. */
function requireBare(tokenizer: Tokenizer, { crossEncoder, folder }: Checkpoint): void {
  if (!crossEncoder?.question || tokenizer.encode('').ids.length === 0) return
  throw new CheckpointError(
    'checkpoint-language-model',
    `the tokenizer of ${folder} adds special tokens to texts, but a language model is asked without; it may ` +
      'be that of an embedding model',
    { facts: { folder } },
  )
}

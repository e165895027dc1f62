import { type Checkpoint, type CrossEncoderCheckpoint, newClassifier } from '../checkpoint/index.ts'
import { InputError } from '../errors/index.ts'
import { Random } from './data/index.ts'

/** How a head begins. */
export interface NewHeadOptions {
  /** What its weights follow from. Default 0. */
  readonly seed?: number
}

/** Deviation of new weights, as transformers initializes them. */
const DEVIATION = 0.02

/** Tells these random numbers from those of a run with the same seed. */
const STREAM = 0x4845_4144

/**
 * A cross-encoder of an encoder: its layers as they are, and a head of its family whose weights begin at
 * random, normal with deviation 0.02, biases at 0. To be trained.
 * Reference: what transformers does for a class …ForSequenceClassification.
 * @throws InputError for a model that is a cross-encoder already; CheckpointError for a family without one.
 */
export function withNewHead(
  checkpoint: Checkpoint,
  { seed = 0 }: NewHeadOptions = {},
): CrossEncoderCheckpoint {
  if (checkpoint.crossEncoder) {
    throw new InputError(
      'train-head',
      `${checkpoint.folder} is a cross-encoder already; train it as it is, without a new head`,
      { facts: { folder: checkpoint.folder } },
    )
  }
  const random = Random.of(seed, STREAM)
  return newClassifier(checkpoint, (count) =>
    Float32Array.from({ length: count }, () => DEVIATION * normal(random)),
  )
}

/** Box and Muller 1958. */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.fraction()))
  return radius * Math.cos(2 * Math.PI * random.fraction())
}

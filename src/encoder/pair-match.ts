import type { CalibrationFile } from '../checkpoint/portable.ts'
import { InputError } from '../errors/index.ts'
import { probabilityOf } from '../metrics/index.ts'
import { type Matrix, rowOf, similarityOf } from '../similarity/index.ts'
import type { EncodeOptions } from './options.ts'

/** What a model's calibration says of two texts. */
export interface PairMatch {
  readonly score: number
  /** From 0 to 1. */
  readonly probability: number
  readonly isMatch: boolean
}

/** Judges pairs by the calibration that lies beside a model. */
export class PairMatcher {
  readonly #folder: string
  readonly #read: () => Promise<CalibrationFile | undefined>
  #calibration: Promise<CalibrationFile | undefined> | undefined

  /** @param read gives the calibration in the folder, or undefined where there is none */
  constructor(folder: string, read: () => Promise<CalibrationFile | undefined>) {
    this.#folder = folder
    this.#read = read
  }

  /**
   * @throws InputError when the model was not calibrated.
   */
  async judge(
    encode: (options: EncodeOptions) => Promise<Matrix>,
    options: EncodeOptions,
  ): Promise<PairMatch> {
    this.#calibration ??= this.#read()
    const calibration = await this.#calibration
    if (!calibration) throw notCalibrated(this.#folder)
    const { similarity, prompt, threshold, map } = calibration
    const vectors = await encode({ ...(prompt === null ? {} : { prompt }), ...options })
    const score = similarityOf(similarity, rowOf(vectors, 0), rowOf(vectors, 1))
    return { score, probability: probabilityOf(map, score), isMatch: score >= threshold }
  }
}

function notCalibrated(folder: string): InputError {
  return new InputError(
    'model-not-calibrated',
    `${folder} holds no calibration, so it is not known which score means a match; make one with ` +
      `yuju calibrate ${folder} --pairs FILE`,
    { facts: { folder } },
  )
}

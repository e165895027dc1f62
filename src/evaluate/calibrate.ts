import type { CalibrationFile, SimilarityName } from '../checkpoint/index.ts'
import { InputError } from '../errors/index.ts'
import {
  bestF1,
  brierScore,
  expectedCalibrationError,
  fitProbabilityMap,
  MAP_KINDS,
  type MapKind,
  probabilityOf,
  seededRandom,
  type ThresholdQuality,
  thresholdForPrecision,
  thresholdForRecall,
} from '../metrics/index.ts'
import { type Matrix, rowOf, similarityOf } from '../similarity/index.ts'
import type { Encode } from './evaluate-tasks.ts'
import type { Pairs } from './task.ts'

/** What the threshold shall reach: the best F1, or at least a precision or recall. */
export type ThresholdGoal =
  | { readonly goal: 'f1' }
  | { readonly goal: 'precision' | 'recall'; readonly least: number }

/** Which score of a pair is calibrated, and to what end. */
export interface CalibrateOptions {
  /** Most often the model's own. */
  readonly similarity: SimilarityName
  /** Text put before every sentence, kept for `isMatch`; null: the model's default. */
  readonly prompt: string | null
  /** Default: best F1. */
  readonly threshold?: ThresholdGoal
  /** Default: the kind with the lower Brier score in cross-validation. */
  readonly map?: MapKind
}

/** How good the probabilities of pairs are that a map was not fitted on. */
export interface MapQuality {
  readonly kind: MapKind
  /** 15 bins. */
  readonly expectedCalibrationError: number
  readonly brierScore: number
}

/** A calibration, and how good it is. */
export interface CalibrationResult {
  /** What is saved beside the model. */
  readonly calibration: CalibrationFile
  readonly quality: ThresholdQuality & { readonly f1: number }
  /** Of each kind of map, in five-fold cross-validation. */
  readonly maps: readonly MapQuality[]
  /** [N] */
  readonly scores: Float64Array
}

/**
 * Finds from which score on pairs match, and a map from scores to probabilities.
 * @param pairs labels 0 and 1, both of them
 * @throws InputError when there is one label only, fewer than five pairs, or no threshold reaches
 *   what is asked for.
 */
export async function calibrate(
  encode: Encode,
  pairs: Pairs,
  options: CalibrateOptions,
): Promise<CalibrationResult> {
  const { similarity, prompt, threshold: goal = { goal: 'f1' }, map } = options
  const scores = await scoresOf(encode, pairs, similarity)
  const { gold } = pairs
  const quality = thresholdQuality(gold, scores, goal)
  const maps = MAP_KINDS.map((kind) => crossValidate(kind, gold, scores))
  const kind = map ?? maps.toSorted((a, b) => a.brierScore - b.brierScore)[0]?.kind ?? 'isotonic'
  const fitted = fitProbabilityMap(kind, gold, scores)
  const { threshold } = quality
  return { calibration: { similarity, prompt, threshold, map: fitted }, quality, maps, scores }
}

async function scoresOf(
  encode: Encode,
  { first, second }: Pairs,
  similarity: SimilarityName,
): Promise<Float64Array> {
  const texts = [...new Set([...first, ...second])]
  const rows = new Map(texts.map((text, row) => [text, row]))
  const vectors: Matrix = await encode(texts)
  const vectorOf = (text = '') => rowOf(vectors, rows.get(text) ?? 0)
  return Float64Array.from(first, (text, i) =>
    similarityOf(similarity, vectorOf(text), vectorOf(second[i])),
  )
}

function thresholdQuality(gold: Float64Array, scores: Float64Array, goal: ThresholdGoal) {
  const quality = qualityFor(gold, scores, goal)
  if (quality) {
    const { precision, recall } = quality
    return { ...quality, f1: (2 * precision * recall) / (precision + recall || 1) }
  }
  const wanted = goal.goal === 'f1' ? 'an F1' : `a ${goal.goal} of ${goal.least}`
  throw new InputError(
    'calibration-unreachable',
    `no threshold gives ${wanted} on these ${gold.length} pairs; ask for less, or give other pairs`,
    { facts: { goal, pairs: gold.length } },
  )
}

function qualityFor(gold: Float64Array, scores: Float64Array, goal: ThresholdGoal) {
  switch (goal.goal) {
    case 'f1':
      return bestF1(gold, scores)
    case 'precision':
      return thresholdForPrecision(gold, scores, goal.least)
    case 'recall':
      return thresholdForRecall(gold, scores, goal.least)
    default:
      return goal satisfies never
  }
}

const FOLDS = 5

/** Fits on four fifths and judges the fifth, five times; the folds are drawn with a fixed seed. */
function crossValidate(kind: MapKind, gold: Float64Array, scores: Float64Array): MapQuality {
  const folds = drawFolds(gold)
  const probabilities = new Float64Array(gold.length)
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const others = (_: number, row: number) => folds[row] !== fold
    const map = fitProbabilityMap(kind, gold.filter(others), scores.filter(others))
    scores.forEach((score, row) => {
      if (folds[row] === fold) probabilities[row] = probabilityOf(map, score)
    })
  }
  return {
    kind,
    expectedCalibrationError: expectedCalibrationError(gold, probabilities) ?? 0,
    brierScore: brierScore(gold, probabilities) ?? 0,
  }
}

/** The fold of each pair; positives and negatives are dealt out one by one, so all folds have both. */
function drawFolds(gold: Float64Array): Uint8Array {
  const randomIndex = seededRandom(20)
  const folds = new Uint8Array(gold.length)
  for (const label of [0, 1]) {
    const rows = [...gold.keys()].filter((row) => gold[row] === label)
    if (rows.length < 2) throw tooFew(label, rows.length)
    for (let last = rows.length - 1, dealt = 0; last >= 0; last -= 1, dealt += 1) {
      const [row] = rows.splice(randomIndex(last + 1), 1)
      if (row !== undefined) folds[row] = dealt % FOLDS
    }
  }
  return folds
}

function tooFew(label: number, count: number): InputError {
  return new InputError(
    'calibration-too-few',
    `calibration needs at least two pairs of each label, but ${count} have ${label}`,
    { facts: { label, count } },
  )
}

/** How the scores of positives and of negatives are spread, with the threshold: a picture as SVG. */
export async function scoreHistogram(
  { similarity, threshold }: CalibrationFile,
  { gold, scores }: { readonly gold: Float64Array; readonly scores: Float64Array },
): Promise<string> {
  const { histogram } = await import('../charts/index.ts')
  const withLabel = (label: number) => scores.filter((_, row) => gold[row] === label)
  const series = [
    { name: 'negative pairs', values: withLabel(0) },
    { name: 'positive pairs', values: withLabel(1) },
  ]
  const chart = await histogram(series, {
    title: 'Scores of pairs',
    subtitle: `${scores.length} pairs; from the threshold on, a pair matches`,
    x: { label: `${similarity} similarity` },
    notes: [{ at: threshold, text: `threshold ${threshold.toFixed(3)}` }],
  })
  return chart.svg
}

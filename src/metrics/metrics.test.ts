import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FIXTURES, readJson, sharedPath } from '../../test/support/shared.ts'
import {
  auc,
  averagePrecision,
  bestAccuracy,
  bestF1,
  brierScore,
  expectedCalibrationError,
  fitProbabilityMap,
  mean,
  meanInterval,
  ndcg,
  pearson,
  probabilityOf,
  recall,
  reciprocalRank,
  spearman,
  spearmanInterval,
  thresholdForPrecision,
  thresholdForRecall,
} from './index.ts'

interface Pairs {
  readonly gold: number[]
  readonly score: number[]
  readonly spearman: number
  readonly pearson: number
  readonly auc?: number
  readonly average_precision?: number
  readonly best_f1?: number
  readonly best_f1_threshold?: number
  readonly best_f1_precision?: number
  readonly best_f1_recall?: number
  readonly best_accuracy?: number
}

interface Golden {
  readonly pairs: Pairs[]
  readonly intervals: { gold: number[]; score: number[]; spearman: number[]; mean: number[] }[]
  readonly probability_maps: {
    gold: number[]
    score: number[]
    at: number[]
    isotonic: number[]
    platt: number[]
    probability: number[]
    brier: number
  }
  readonly retrieval: {
    ranked: number[]
    relevant: number
    ndcg10: number
    mrr10: number
    recall1: number
    recall10: number
  }[]
}

/** scipy, scikit-learn and sentence-transformers; see make_metrics.py beside it. */
const golden = readJson<Golden>(join(FIXTURES, 'metrics/metrics.json'))
const shared = sharedPath('fixtures/metrics.json')
const allPairs = [...golden.pairs, ...(shared ? readJson<Pairs[]>(shared) : [])]

/** The project's tolerance for metrics. */
function expectClose(value: number | undefined, expected: number | undefined): void {
  if (expected === undefined) return
  expect(Math.abs((value ?? Number.NaN) - expected)).toBeLessThan(1e-9)
}

describe.each(allPairs.map((row, i) => [i, row.gold.length, row] as const))(
  'golden list %i, %i pairs',
  (_, __, { gold, score, ...expected }) => {
    test('correlations', () => {
      expectClose(spearman(gold, score), expected.spearman)
      expectClose(pearson(gold, score), expected.pearson)
    })

    test.runIf(expected.auc !== undefined)('two classes', () => {
      expectClose(auc(gold, score), expected.auc)
      expectClose(averagePrecision(gold, score), expected.average_precision)
      expectClose(bestF1(gold, score)?.f1, expected.best_f1)
      expectClose(bestF1(gold, score)?.threshold, expected.best_f1_threshold)
      expectClose(bestF1(gold, score)?.precision, expected.best_f1_precision)
      expectClose(bestF1(gold, score)?.recall, expected.best_f1_recall)
      expectClose(bestAccuracy(gold, score)?.accuracy, expected.best_accuracy)
    })
  },
)

test.each(golden.retrieval)('retrieval with $relevant relevant', (query) => {
  const { ranked, relevant, ...expected } = query
  expectClose(ndcg(ranked, new Float64Array(relevant).fill(1), 10), expected.ndcg10)
  expectClose(reciprocalRank(ranked, 10), expected.mrr10)
  expectClose(recall(ranked, relevant, 1), expected.recall1)
  expectClose(recall(ranked, relevant, 10), expected.recall10)
})

describe.each(golden.intervals.map((row, i) => [i, row] as const))('intervals %i', (_, row) => {
  // Two bootstraps with different random numbers differ by chance: by less than this.
  const chance = 0.02
  const options = { resamples: 4000 }

  test('of the mean and of the correlation', () => {
    const ours = [meanInterval(row.score, options), spearmanInterval(row.gold, row.score, options)]
    const theirs = [row.mean, row.spearman]
    ours.forEach((interval, i) => {
      expect(Math.abs((interval?.low ?? Number.NaN) - (theirs[i]?.[0] ?? 0))).toBeLessThan(chance)
      expect(Math.abs((interval?.high ?? Number.NaN) - (theirs[i]?.[1] ?? 0))).toBeLessThan(chance)
    })
  })

  test('depend on the seed alone', () => {
    const interval = (seed: number) => spearmanInterval(row.gold, row.score, { seed })
    expect(interval(1)).toEqual(interval(1))
    expect(interval(1)).not.toEqual(interval(2))
  })
})

describe('from scores to probabilities', () => {
  const { gold, score, at, ...expected } = golden.probability_maps

  test('isotonic, as scikit-learn fits it', () => {
    const map = fitProbabilityMap('isotonic', gold, score)
    at.forEach((x, i) => {
      expectClose(probabilityOf(map, x), expected.isotonic[i])
    })
  })

  test('Platt, as scikit-learn fits it', () => {
    const map = fitProbabilityMap('platt', gold, score)
    at.forEach((x, i) => {
      // Its optimiser stops earlier than ours.
      expect(Math.abs(probabilityOf(map, x) - (expected.platt[i] ?? 0))).toBeLessThan(1e-5)
    })
  })

  test('Brier score; an isotonic map is calibrated where it was fitted', () => {
    expectClose(brierScore(gold, expected.probability), expected.brier)
    const map = fitProbabilityMap('isotonic', gold, score)
    const probabilities = score.map((x) => probabilityOf(map, x))
    expect(expectedCalibrationError(gold, probabilities)).toBeLessThan(1e-12)
  })

  test('calibration error by hand', () => {
    // Two bins: |1 - 0.2 - 0.4| and |1 - 0.9|, a third of it each pair.
    expectClose(expectedCalibrationError([1, 0, 1], [0.2, 0.4, 0.9], 2), (0.4 + 0.1) / 3)
  })

  test('one class has no probabilities', () => {
    expect(() => fitProbabilityMap('platt', [1, 1], [0, 1])).toThrow('have one label')
  })
})

test('thresholds for a precision and for a recall', () => {
  const [gold, scores] = [
    [1, 1, 0, 1, 0],
    [5, 4, 3, 2, 1],
  ]
  expect(thresholdForPrecision(gold, scores, 0.75)).toEqual({
    threshold: 2,
    precision: 0.75,
    recall: 1,
  })
  expect(thresholdForPrecision(gold, scores, 1)?.threshold).toBe(4)
  expect(thresholdForRecall(gold, scores, 0.6)?.threshold).toBe(4)
  expect(thresholdForPrecision([0, 1], [2, 1], 0.9)).toBeUndefined()
  expect(thresholdForRecall([0, 0], [2, 1], 0.9)).toBeUndefined()
})

describe('laws', () => {
  const [{ gold, score } = { gold: [], score: [] }] = golden.pairs

  test('order does not matter, and ranks see through any growing function', () => {
    const stretched = score.map((x) => Math.exp(x) * 7)
    expectClose(spearman(gold, stretched), spearman(gold, score))
    expectClose(auc(gold, stretched), auc(gold, score))
    expectClose(pearson(gold.toReversed(), score.toReversed()), pearson(gold, score))
    expectClose(
      averagePrecision(gold.toReversed(), score.toReversed()),
      averagePrecision(gold, score),
    )
  })

  test('negated scores turn the signs', () => {
    const negated = score.map((x) => -x)
    expectClose(spearman(gold, negated), -(spearman(gold, score) ?? 0))
    expectClose(auc(gold, negated), 1 - (auc(gold, score) ?? 0))
  })

  test('the threshold gives the F1 and the accuracy that were promised', () => {
    const best = bestF1(gold, score)
    const threshold = best?.threshold ?? Number.NaN
    const hits = score.filter((x, i) => x >= threshold && gold[i] === 1).length
    const called = score.filter((x) => x >= threshold).length
    const positives = gold.filter((label) => label === 1).length
    expectClose((2 * hits) / (called + positives), best?.f1)
    const accuracy = bestAccuracy(gold, score)
    const right = score.filter((x, i) => Number(x >= (accuracy?.threshold ?? 0)) === gold[i]).length
    expectClose(right / gold.length, accuracy?.accuracy)
  })

  test('calling nothing positive may be best', () => {
    expect(bestAccuracy([0, 0, 1], [3, 2, 1])).toEqual({ accuracy: 2 / 3, threshold: Infinity })
  })
})

describe('what is not defined is undefined, never 0', () => {
  test.each([
    ['no pairs', [], []],
    ['one pair', [1], [0.5]],
    ['equal scores', [0, 1, 1], [0.1, 0.1, 0.1]],
    ['equal gold values', [1, 1, 1], [0.1, 0.2, 0.3]],
  ])('correlation of %s', (_, gold, scores) => {
    expect(spearman(gold, scores)).toBeUndefined()
    expect(pearson(gold, scores)).toBeUndefined()
    expect(spearmanInterval(gold, scores)).toBeUndefined()
  })

  test('one class', () => {
    expect(auc([1, 1], [1, 2])).toBeUndefined()
    expect(auc([0, 0], [1, 2])).toBeUndefined()
    expect(averagePrecision([0, 0], [1, 2])).toBeUndefined()
    expect(bestF1([0, 0], [1, 2])).toBeUndefined()
    expect(bestAccuracy([], [])).toBeUndefined()
  })

  test('the mean of nothing', () => {
    expect(mean([])).toBeUndefined()
    expect(meanInterval([])).toBeUndefined()
    expect(mean([1, 2, 6])).toBe(3)
  })

  test('nothing relevant', () => {
    expect(ndcg([0, 0], [], 10)).toBeUndefined()
    expect(recall([0, 0], 0, 10)).toBeUndefined()
  })
})

describe('refused', () => {
  test('NaN, with its index', () => {
    expect(() => spearman([0, 1], [0, Number.NaN])).toThrow('index 1 is NaN')
    expect(() => auc([0, 1], [Infinity, 0])).toThrow('index 0 is Infinity')
  })

  test('lists of different lengths, labels of more than two classes', () => {
    expect(() => pearson([0, 1], [1])).toThrow('got 1 and 2')
    expect(() => bestF1([0, 2], [1, 2])).toThrow('index 1 is 2')
  })

  test('negative gains, ranks below 1, odd options', () => {
    expect(() => ndcg([-1], [1], 10)).toThrow('smallest gain -1')
    expect(() => recall([1], 1, 0)).toThrow('k is 0')
    expect(() => meanInterval([1], { level: 1 })).toThrow('level lie between 0 and 1')
  })
})

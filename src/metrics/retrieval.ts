import { InputError } from '../errors/index.ts'
import { type Numbers, requireFinite } from './numbers.ts'

/**
 * How good the first k of a ranking are: DCG / ideal DCG, DCG = Σ gainᵢ / log₂(i + 1), i from 1.
 * `undefined` where nothing is relevant. Reference: Järvelin and Kekäläinen, 2002, gains linear as
 * in trec_eval and in sentence-transformers' InformationRetrievalEvaluator.
 * @param ranked the gain of each document in the order they were found, 0 where it is irrelevant
 * @param relevant the gains of all relevant documents, found or not, in any order
 * @throws InputError for a negative or infinite gain, or k below 1.
 */
export function ndcg(ranked: Numbers, relevant: Numbers, k: number): number | undefined {
  requireGains(ranked, k)
  requireGains(relevant, k)
  const ideal = discountedGain(
    Array.from(relevant).sort((a, b) => b - a),
    k,
  )
  return ideal === 0 ? undefined : discountedGain(ranked, k) / ideal
}

function discountedGain(gains: Numbers, k: number): number {
  return Array.from(gains)
    .slice(0, k)
    .reduce((sum, gain, index) => sum + gain / Math.log2(index + 2), 0)
}

/**
 * 1 / the rank of the first relevant document among the first k, 0 where none is; its mean over
 * queries is the mean reciprocal rank (MRR@k). Reference: Voorhees, TREC-8, 1999.
 * @param ranked the gain of each document in the order they were found
 * @throws InputError for a negative or infinite gain, or k below 1.
 */
export function reciprocalRank(ranked: Numbers, k: number): number {
  requireGains(ranked, k)
  const index = Array.from(ranked).findIndex((gain) => gain > 0)
  return index === -1 || index >= k ? 0 : 1 / (index + 1)
}

/**
 * What share of the relevant documents is among the first k; `undefined` where nothing is relevant.
 * @param ranked the gain of each document in the order they were found
 * @param relevant how many documents are relevant, found or not
 * @throws InputError for a negative or infinite gain, or k below 1.
 */
export function recall(ranked: Numbers, relevant: number, k: number): number | undefined {
  requireGains(ranked, k)
  if (relevant === 0) return undefined
  return (
    Array.from(ranked)
      .slice(0, k)
      .filter((gain) => gain > 0).length / relevant
  )
}

function requireGains(gains: Numbers, k: number): void {
  requireFinite(gains, 'gain')
  if (Number.isInteger(k) && k >= 1 && !Array.from(gains).some((gain) => gain < 0)) return
  throw new InputError(
    'metric-gains',
    `k must be a whole number from 1, and gains must not be negative, but k is ${k} and the ` +
      `smallest gain ${Math.min(...Array.from(gains))}`,
    { facts: { k } },
  )
}

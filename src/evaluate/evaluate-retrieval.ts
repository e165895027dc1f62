import type { SimilarityName } from '../checkpoint/index.ts'
import { InputError } from '../errors/index.ts'
import { mean, meanInterval, ndcg, recall, reciprocalRank } from '../metrics/index.ts'
import { allPairsSimilarity, BestScores, type Matrix } from '../similarity/index.ts'
import type { Encode } from './evaluate-tasks.ts'
import type { RetrievalData, RetrievalSet } from './load-retrieval.ts'

/** How queries and documents become vectors: many models want another prompt for each. */
export interface RetrievalEncode {
  readonly query: Encode
  readonly corpus: Encode
}

/** How queries and documents are compared. */
export interface RetrievalOptions {
  /** Default cosine. */
  readonly similarity?: SimilarityName
}

/** Means over the queries that have a relevant document, times 100. */
export interface RetrievalResult {
  readonly queries: number
  /** Queries that do not count, as nothing is relevant to them. */
  readonly withoutRelevant: number
  readonly documents: number
  readonly ndcg10: number
  /** 95 % bootstrap interval of nDCG@10. */
  readonly interval: readonly [low: number, high: number]
  readonly mrr10: number
  readonly recall1: number
  readonly recall10: number
  readonly recall100: number
}

/** A model's results on a set, by the set's name. */
export type RetrievalSetResult = RetrievalResult & { readonly set: string }

/** Evaluates a model on several sets; see `evaluateRetrieval`. */
export async function evaluateRetrievalSets(
  encode: RetrievalEncode,
  sets: readonly RetrievalSet[],
  options?: RetrievalOptions,
): Promise<RetrievalSetResult[]> {
  const results: RetrievalSetResult[] = []
  for (const set of sets) {
    results.push({ set: set.name, ...(await evaluateRetrieval(encode, set, options)) })
  }
  return results
}

/** The deepest rank that a metric looks at. */
const DEPTH = 100
/** Queries whose scores with all documents are in memory together. */
const BLOCK = 64

/**
 * Evaluates a model on search: every query against every document, exactly.
 * Reference: sentence-transformers' InformationRetrievalEvaluator.
 * @throws InputError when no query has a relevant document, or a vector is broken (NaN).
 */
export async function evaluateRetrieval(
  encode: RetrievalEncode,
  { queries, corpus, relevance }: RetrievalData,
  { similarity = 'cosine' }: RetrievalOptions = {},
): Promise<RetrievalResult> {
  const judged = [...queries.keys()].filter((id) => relevance.has(id))
  if (judged.length === 0) throw nothingRelevant(queries.size)
  const ids = [...corpus.keys()]
  const queryVectors = await encode.query(judged.map((id) => queries.get(id) ?? ''))
  const documentVectors = await encode.corpus([...corpus.values()])
  requireNumbers(queryVectors, 'query', judged)
  requireNumbers(documentVectors, 'document', ids)
  const rankings: Ranking[] = []
  const vectors = [queryVectors, documentVectors] as const
  for (const { start, rows, scores } of allPairsSimilarity(similarity, vectors, BLOCK)) {
    const best = bestOf(scores, rows, ids.length)
    for (let row = 0; row < rows; row += 1) {
      const gains = relevance.get(judged[start + row] ?? '') ?? new Map<string, number>()
      const ranked = best.entries(row).map(({ id }) => gains.get(ids[id] ?? '') ?? 0)
      rankings.push({ ranked, relevant: [...gains.values()] })
    }
  }
  return summarise(rankings, { documents: ids.length, all: queries.size })
}

/** Of each row of scores, the indexes of the highest. */
function bestOf(scores: Float32Array, rows: number, columns: number): BestScores {
  const best = new BestScores(rows, DEPTH)
  for (let row = 0, offset = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1, offset += 1) {
      const score = scores[offset] as number
      if (score >= (best.floors[row] as number)) best.add(row, score, column)
    }
  }
  return best
}

/** The gains of what was found, in its order; and those of all that is relevant. */
interface Ranking {
  readonly ranked: readonly number[]
  readonly relevant: readonly number[]
}

function summarise(
  rankings: readonly Ranking[],
  { documents, all }: { readonly documents: number; readonly all: number },
): RetrievalResult {
  const meanOf = (metric: (ranking: Ranking) => number | undefined) =>
    100 * (mean(rankings.map((ranking) => metric(ranking) ?? 0)) ?? 0)
  const recallAt = (k: number) =>
    meanOf(({ ranked, relevant }) => recall(ranked, relevant.length, k))
  const gains = rankings.map(({ ranked, relevant }) => ndcg(ranked, relevant, 10) ?? 0)
  const { low = 0, high = 0 } = meanInterval(gains) ?? {}
  return {
    queries: rankings.length,
    withoutRelevant: all - rankings.length,
    documents,
    ndcg10: 100 * (mean(gains) ?? 0),
    interval: [100 * low, 100 * high],
    mrr10: meanOf(({ ranked }) => reciprocalRank(ranked, 10)),
    recall1: recallAt(1),
    recall10: recallAt(10),
    recall100: recallAt(DEPTH),
  }
}

function requireNumbers({ data, dimensions }: Matrix, what: string, ids: readonly string[]): void {
  const index = data.findIndex((value) => !Number.isFinite(value))
  if (index === -1) return
  const id = ids[Math.floor(index / dimensions)]
  throw new InputError(
    'evaluate-not-finite',
    `the vector of the ${what} ${JSON.stringify(id)} holds ${data[index]}; the model is broken`,
    { facts: { what, id } },
  )
}

function nothingRelevant(queries: number): InputError {
  return new InputError(
    'retrieval-nothing-relevant',
    `none of the ${queries} queries has a relevant document with a gain above 0; check the ids`,
    { facts: { queries } },
  )
}

import { InputError } from '../errors/index.ts'
import { BestScores, type Matrix, rowOf, type Scored, similarityOf } from '../similarity/index.ts'
import { requireMargin, requireScore, requireWhole } from './options.ts'
import { allTiles, type MiningOptions, type ScoredTile, scoreTiles } from './score-tiles.ts'

/** Texts that look for negatives, and those among which they look. */
export interface AnchorsAndCorpus {
  /** [A,D] */
  readonly anchors: Matrix
  /** [C,D], each text once. */
  readonly corpus: Matrix
  /** `[A]`: the rows of the corpus that mean the same as each anchor, at least one. */
  readonly positives: readonly (readonly number[])[]
  /** `[A]`: the row of the corpus that is the anchor's own text, -1 where none is. Default: none. */
  readonly own?: readonly number[]
}

/** Which texts are hard negatives of an anchor, and how many of them. */
export interface HardNegativeOptions extends MiningOptions {
  /** Negatives for each anchor, at most. Default 3. */
  readonly count?: number
  /** How many of the most similar candidates are passed over. Default 0. */
  readonly rangeMin?: number
  /**
   * How many of the most similar texts are candidates. Default: rangeMin + count + the most positives
   * an anchor has, and nine times count more where a margin or maxScore may refuse some.
   */
  readonly rangeMax?: number
  /** Only negatives that are at most so similar to the anchor. */
  readonly maxScore?: number
  /** Only negatives that are at least so similar to the anchor. */
  readonly minScore?: number
  /** Only negatives whose score is this much below that of the least similar positive. */
  readonly margin?: number
  /** As `margin`, as a share of the positive's score: 0.05 means 5 % below it. */
  readonly relativeMargin?: number
}

/** What was found for one anchor. */
export interface HardNegatives {
  /** The anchor's positives, with their scores. */
  readonly positives: readonly Scored[]
  /** Rows of the corpus, the most similar first. */
  readonly negatives: readonly Scored[]
}

/**
 * For each anchor the most similar texts of the corpus that are not its positives, by cosine
 * similarity. Reference: sentence-transformers' util.mine_hard_negatives with
 * `sampling_strategy="top"` (`margin` is its `absolute_margin`); beside it, an anchor's own text is
 * no negative. The default of `relativeMargin` is none; 0.05 is "TopK-PercPos (95 %)" of
 * NV-Retriever (Moreira et al. 2024). Memory beside that of `scoreTiles`: 12 bytes for each of
 * A · (rangeMax + most positives).
 * @throws InputError when an option is out of range or an anchor has no positive.
 */
export async function mineHardNegatives(
  texts: AnchorsAndCorpus,
  options: HardNegativeOptions = {},
): Promise<HardNegatives[]> {
  const { anchors, corpus, positives, own } = texts
  const rules = rulesOf(options, mostPositives(positives))
  const window = Math.min(rules.window + (own ? 1 : 0), corpus.rows)
  const nearest = new BestScores(anchors.rows, Math.max(1, window))
  const plan = allTiles(anchors.rows, corpus.rows)
  for await (const tile of scoreTiles([anchors, corpus], plan, options)) offer(tile, nearest)
  return positives.map((rows, anchor) => {
    const vector = rowOf(anchors, anchor)
    const scored = rows.map((id) => {
      return { id, score: similarityOf('cosine', vector, rowOf(corpus, id)) }
    })
    const isExcluded = new Set([...rows, own?.[anchor] ?? -1])
    const others = nearest.entries(anchor).filter(({ id }) => !isExcluded.has(id))
    return { positives: scored, negatives: chosen(others, scored, rules) }
  })
}

/** @throws InputError when an anchor has none. */
function mostPositives(positives: AnchorsAndCorpus['positives']): number {
  const anchor = positives.findIndex(({ length }) => length === 0)
  if (anchor === -1) return positives.reduce((most, { length }) => Math.max(most, length), 0)
  throw new InputError('mining-no-positive', `anchor ${anchor} (from 0) has no positive`, {
    facts: { anchor },
  })
}

interface Rules {
  readonly count: number
  readonly rangeMin: number
  readonly rangeMax: number
  /** How many of the most similar texts are looked at: some of them are positives. */
  readonly window: number
  readonly minScore: number
  readonly maxScore: number
  readonly margin: number | undefined
  readonly relativeMargin: number | undefined
}

function rulesOf(options: HardNegativeOptions, most: number): Rules {
  const { count = 3, rangeMin = 0, maxScore, minScore, margin, relativeMargin } = options
  requireWhole('count', count)
  requireWhole('rangeMin', rangeMin, 0)
  const mayRefuse = [margin, relativeMargin, maxScore].some((rule) => rule !== undefined)
  const { rangeMax = rangeMin + (mayRefuse ? 10 * count : count) + most } = options
  requireWhole('rangeMax', rangeMax, rangeMin + count)
  for (const [name, value] of Object.entries({ minScore, maxScore })) {
    if (value !== undefined) requireScore(name, value)
  }
  for (const [name, value] of Object.entries({ margin, relativeMargin })) {
    if (value !== undefined) requireMargin(name, value)
  }
  return {
    ...{ count, rangeMin, rangeMax, window: rangeMax + most, margin, relativeMargin },
    minScore: minScore ?? Number.NEGATIVE_INFINITY,
    maxScore: maxScore ?? Number.POSITIVE_INFINITY,
  }
}

function offer({ row, rows, column, columns, scores }: ScoredTile, nearest: BestScores): void {
  const { floors } = nearest
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      const score = scores[i * columns + j] as number
      if (score >= (floors[row + i] as number)) nearest.add(row + i, score, column + j)
    }
  }
}

/** Of candidates, the most similar first, those that the rules leave. */
function chosen(
  candidates: readonly Scored[],
  positives: readonly Scored[],
  rules: Rules,
): Scored[] {
  const limit = Math.min(rules.maxScore, marginLimit(positives, rules))
  return candidates
    .filter(({ score }) => score <= limit && score >= rules.minScore)
    .slice(rules.rangeMin, rules.rangeMax)
    .slice(0, rules.count)
}

/** A negative's highest score, going by the least similar positive. */
function marginLimit(positives: readonly Scored[], { margin, relativeMargin }: Rules): number {
  const least = Math.min(...positives.map(({ score }) => score))
  return Math.min(
    margin === undefined ? Number.POSITIVE_INFINITY : least - margin,
    // Of a negative score, too, a share is taken off.
    relativeMargin === undefined
      ? Number.POSITIVE_INFINITY
      : least - Math.abs(least) * relativeMargin,
  )
}

import {
  type BootstrapOptions,
  bootstrapInterval,
  type DrawnStatistic,
  type Interval,
} from './bootstrap.ts'
import { at, increase, type Numbers, requirePaired } from './numbers.ts'
import { ascendingOrder, tieBorders } from './ranks.ts'

/**
 * The bootstrap interval of Spearman's correlation; `undefined` where the correlation is.
 * @throws InputError when the lists differ in length or hold NaN or infinity.
 */
export function spearmanInterval(
  gold: Numbers,
  scores: Numbers,
  options?: BootstrapOptions,
): Interval | undefined {
  requirePaired(gold, scores)
  return bootstrapInterval(gold.length, drawnSpearman(gold, scores), options)
}

/**
 * Spearman's correlation of drawn rows, without sorting again. Rows stand in the order of their
 * scores, so the ranks of the scores grow along them; the ranks of gold values come from counting.
 * Which row is which does not matter, as all are drawn in the same way.
 */
function drawnSpearman(gold: Numbers, scores: Numbers): DrawnStatistic {
  const order = ascendingOrder(scores)
  const borders = tieBorders(scores, order)
  const [groupOfRow, groups] = tieGroups(gold)
  const goldGroup = Uint32Array.from(order, (row) => at(groupOfRow, row))
  const centre = (gold.length + 1) / 2
  const goldRanks = new Float64Array(groups)
  return (draws) => {
    const goldSpread = rankGroups(goldRanks, { goldGroup, draws, centre })
    let product = 0
    let scoreSpread = 0
    let before = 0
    for (let group = 0, position = 0; group + 1 < borders.length; group += 1) {
      let drawn = 0
      let goldSum = 0
      for (const end = at(borders, group + 1); position < end; position += 1) {
        const times = at(draws, position)
        drawn += times
        goldSum += times * at(goldRanks, at(goldGroup, position))
      }
      const rank = before + (drawn + 1) / 2 - centre
      before += drawn
      product += rank * goldSum
      scoreSpread += drawn * rank * rank
    }
    const scale = Math.sqrt(scoreSpread) * Math.sqrt(goldSpread)
    return scale === 0 ? undefined : product / scale
  }
}

/** For each row the index of its value among the distinct values, smallest first; and how many. */
function tieGroups(values: Numbers): [groupOfRow: Uint32Array, groups: number] {
  const order = ascendingOrder(values)
  const borders = tieBorders(values, order)
  const groupOfRow = new Uint32Array(values.length)
  for (let group = 0, position = 0; group + 1 < borders.length; group += 1) {
    for (; position < at(borders, group + 1); position += 1) groupOfRow[at(order, position)] = group
  }
  return [groupOfRow, borders.length - 1]
}

interface Drawn {
  readonly goldGroup: Uint32Array
  readonly draws: Uint32Array
  readonly centre: number
}

/** Fills in each group's rank less the mean rank; gives the sum of their squares over the draws. */
function rankGroups(ranks: Float64Array, { goldGroup, draws, centre }: Drawn): number {
  ranks.fill(0)
  for (let row = 0; row < draws.length; row += 1)
    increase(ranks, at(goldGroup, row), at(draws, row))
  let before = 0
  let spread = 0
  for (let group = 0; group < ranks.length; group += 1) {
    const drawn = at(ranks, group)
    const rank = before + (drawn + 1) / 2 - centre
    ranks[group] = rank
    before += drawn
    spread += drawn * rank * rank
  }
  return spread
}

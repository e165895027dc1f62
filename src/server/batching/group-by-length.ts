import { PADDING_WORTH_A_RUN } from '../../encoder/index.ts'

/**
 * The first of some texts, and of the others those nearest to it in length, in their order: as many
 * as may be run together, padding included, and as need so little padding that another run would cost
 * more.
 */
export function groupByLength<Text extends { readonly cost: number }>(
  texts: readonly Text[],
  mostCost: number,
): Text[] {
  const [first] = texts
  if (!first) return []
  const distance = ({ cost }: Text) => Math.abs(cost - first.cost)
  const group = new Set<Text>()
  let longest = 0
  let sum = 0
  for (const text of texts.toSorted((a, b) => distance(a) - distance(b))) {
    const size = group.size + 1
    const width = Math.max(longest, text.cost)
    const padding = size * width - (sum + text.cost)
    const fits = size * width <= mostCost && padding <= PADDING_WORTH_A_RUN
    if (!fits && group.size > 0) continue
    group.add(text)
    longest = width
    sum += text.cost
  }
  return texts.filter((text) => group.has(text))
}

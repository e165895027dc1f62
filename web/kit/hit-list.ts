import { element } from './element.ts'
import { ColourScale } from './heat-map.ts'
import { labelled } from './language.ts'
import { shorten } from './text-lines.ts'

const SHOWN = 20

/**
 * The texts with the highest scores, the best first, 20 at most.
 * @param noteOf what is said of the text with this index, behind it
 */
export function hitList(
  texts: readonly string[],
  scores: ArrayLike<number>,
  noteOf: (index: number) => readonly Node[] = () => [],
): HTMLOListElement {
  const scale = new ColourScale(Array.from(scores))
  const hits = texts
    .map((text, index) => ({ text, index, score: scores[index] ?? 0 }))
    .sort((a, b) => b.score - a.score)
  const items = hits.slice(0, SHOWN).map(({ text, index, score }) => {
    const bar = element('i', { class: 'bar' })
    scale.mark(bar, score)
    const words = element('span', { class: 'text', lang: 'zh' }, shorten(text))
    return element('li', {}, element('b', {}, score.toFixed(3)), words, ...noteOf(index), bar)
  })
  return labelled(element('ol', { class: 'hits' }, ...items), 'hits')
}

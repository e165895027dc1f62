import type { ColourScale } from './colour-scale.ts'
import { element } from './element.ts'
import { labelled, said } from './language.ts'
import type { SimilarityMatrix } from './similarity-matrix.ts'

/** A table whose cells are as warm as their numbers are large. */
export function heatMap(
  matrix: SimilarityMatrix,
  sentences: readonly string[],
  scale: ColourScale,
): HTMLElement {
  const head = element('tr', {}, element('td'), ...matrix.map((_, place) => columnHead(place)))
  const rows = matrix.map((row, place) => {
    const sentence = sentences[place] ?? ''
    const name = element('span', { class: 'sentence', lang: 'zh', title: sentence }, sentence)
    const rowHead = element('th', { scope: 'row' }, element('b', {}, `${place + 1}`), name)
    return element('tr', {}, rowHead, ...row.map((score) => cell(score, scale)))
  })
  const table = element(
    'table',
    { class: 'heat-map' },
    element('caption', {}, said('matrixCaption'), legend(scale)),
    element('thead', {}, head),
    element('tbody', {}, ...rows),
  )
  // Wide tables scroll by themselves; keys can scroll only what has the focus.
  return labelled(
    element('div', { class: 'wide', role: 'region', tabindex: '0' }, table),
    'matrixCaption',
  )
}

function columnHead(place: number): HTMLElement {
  return element('th', { scope: 'col' }, `${place + 1}`)
}

function cell(score: number, scale: ColourScale): HTMLElement {
  const made = element('td', {}, score.toFixed(2))
  scale.mark(made, score)
  return made
}

function legend({ least, most }: ColourScale): HTMLElement {
  const bar = element('i', { class: 'colours' })
  return element('span', { class: 'legend' }, least.toFixed(2), bar, most.toFixed(2))
}

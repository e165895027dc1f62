import { element } from './element.ts'
import { labelled, said } from './language.ts'
import type { SimilarityMatrix } from './similarity-matrix.ts'

/** A sentence, and its position on the page, from 1. */
export interface ListedSentence {
  readonly position: number
  readonly text: string
}

interface HeatMapOptions {
  /** One scale for several heat maps makes their colours comparable. */
  readonly scale: ColourScale
  /** Digits after the decimal point. */
  readonly digits: number
}

/** A table of the scores of N sentences, [N,N], whose cells are as warm as their scores are high. */
export function heatMap(
  matrix: SimilarityMatrix,
  sentences: readonly ListedSentence[],
  { scale, digits }: HeatMapOptions,
): HTMLElement {
  const cell = (score: number) => {
    const made = element('td', {}, score.toFixed(digits))
    scale.mark(made, score)
    return made
  }
  const heads = sentences.map(({ position }) => element('th', { scope: 'col' }, `${position}`))
  const rows = sentences.map((sentence, index) =>
    element('tr', {}, rowHead(sentence), ...(matrix[index] ?? []).map(cell)),
  )
  const table = element(
    'table',
    { class: 'heat-map' },
    element('caption', {}, said('matrixCaption'), legend(scale, digits)),
    element('thead', {}, element('tr', {}, element('td'), ...heads)),
    element('tbody', {}, ...rows),
  )
  // Wide tables scroll by themselves; keys can scroll only what has the focus.
  const region = element('div', { class: 'wide', role: 'region', tabindex: '0' }, table)
  return labelled(region, 'matrixCaption')
}

function rowHead({ position, text }: ListedSentence): HTMLElement {
  const name = element('span', { class: 'sentence', lang: 'zh', title: text }, text)
  return element('th', { scope: 'row' }, element('b', {}, `${position}`), name)
}

function legend({ least, most }: ColourScale, digits: number): HTMLElement {
  const bar = element('i', { class: 'colours' })
  return element('span', { class: 'legend' }, least.toFixed(digits), bar, most.toFixed(digits))
}

/** Where a value lies between the least (0) and the most (1) of some. */
export class ColourScale {
  readonly least: number
  readonly most: number

  constructor(values: Iterable<number>) {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)]
    this.least = least
    this.most = most
  }

  /** Puts it where the style sheet makes a colour of it, or a length. */
  mark(part: HTMLElement, value: number): void {
    part.style.setProperty('--heat', this.#heat(value).toFixed(3))
  }

  #heat(value: number): number {
    const span = this.most - this.least
    return span === 0 ? 1 : (value - this.least) / span
  }
}

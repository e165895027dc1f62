import type { Markish, PlotOptions, ScaleOptions } from '@observablehq/plot'
import { InputError } from '../errors/index.ts'
import { type Chart, type ChartOptions, escapeXml, svgDocument } from './chart.ts'

/** Observable Plot's functions: loaded on use, as Plot and D3 take a tenth of a second. */
export type PlotLibrary = typeof import('@observablehq/plot')

/** A name in the legend, and the colour it explains. */
export interface LegendEntry {
  readonly name: string
  readonly colour: string
}

/** A chart as Plot draws it, and what stands above it. */
export interface Drawing {
  readonly options: ChartOptions
  readonly legend: readonly LegendEntry[]
  draw(plot: PlotLibrary): PlotOptions & { readonly marks: readonly Markish[] }
}

const SIDE = 16
const DEFAULT_SIZE = { width: 800, height: 260 }

/** Draws a chart below its title, subtitle and legend. A single name needs no legend. */
export async function renderChart({ options, legend, draw }: Drawing): Promise<Chart> {
  const { title, subtitle, width, height } = { ...DEFAULT_SIZE, ...options }
  const [plot, { parseHTML }] = await Promise.all([
    import('@observablehq/plot'),
    import('linkedom'),
  ])
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const picture = plot.plot({ ...BASE, width, height, ...draw(plot), document })
  const header = new Header(width)
  header.add(title, 'font-size="16" font-weight="600"', 24)
  if (subtitle) header.add(subtitle, 'font-size="12" fill="#666"', 18)
  if (legend.length > 1) header.addLegend(legend)
  header.addSpace(4)
  const body = `<g transform="translate(0,${header.height})">${picture.outerHTML}</g>`
  const size = { width, height: header.height + height, label: title }
  return svgDocument(`${header.content}\n${body}`, size)
}

const MARGIN_LEFT = 64

/** Of every vertical axis: its name begins where the title does. */
export const VERTICAL = { grid: true, labelArrow: 'none', labelOffset: MARGIN_LEFT - SIDE } as const

const BASE: PlotOptions = {
  marginLeft: MARGIN_LEFT,
  marginRight: 24,
  marginTop: 28,
  marginBottom: 44,
  style: { fontSize: '12px' },
}

/** The lines above a chart. */
class Header {
  readonly #width: number
  readonly #parts: string[] = []
  #height = 8

  constructor(width: number) {
    this.#width = width
  }

  get height(): number {
    return this.#height
  }

  get content(): string {
    return this.#parts.join('\n')
  }

  add(text: string, attributes: string, lineHeight: number): void {
    this.#height += lineHeight
    const y = this.#height - 6
    this.#parts.push(`<text x="${SIDE}" y="${y}" ${attributes}>${escapeXml(text)}</text>`)
  }

  addSpace(height: number): void {
    this.#height += height
  }

  /** Coloured squares and names, in as many lines as they need. */
  addLegend(entries: readonly LegendEntry[]): void {
    this.#height += 20
    let x = SIDE
    for (const { name, colour } of entries) {
      const width = 34 + textWidth(name)
      if (x > SIDE && x + width > this.#width) {
        x = SIDE
        this.#height += 20
      }
      const y = this.#height - 14
      this.#parts.push(
        `<rect x="${x}" y="${y}" width="12" height="12" rx="2" fill="${colour}"/>`,
        `<text x="${x + 17}" y="${y + 10.5}" font-size="12">${escapeXml(name)}</text>`,
      )
      x += width
    }
  }
}

/** About how wide a text of 12 pixels is: there is no font here to ask. */
function textWidth(text: string): number {
  let width = 0
  for (const character of text) width += (character.codePointAt(0) ?? 0) < 0x2e80 ? 7 : 12
  return width
}

/** Observable's ten colours, told apart by most colour-blind readers, on white. */
const COLOURS = [
  '#4269d0',
  '#efb118',
  '#ff725c',
  '#3ca951',
  '#a463f2',
  '#6cc5b0',
  '#ff8ab7',
  '#9c6b4e',
  '#97bbf5',
  '#9498a0',
] as const

/** The colour of the series at `index`; from the eleventh on they come round again. */
export function colour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? 'black'
}

/** @throws InputError when a chart would have nothing to show. */
export function requireData(count: number, title: string): void {
  if (count > 0) return
  throw new InputError('chart-empty', `the chart "${title}" has no finite value to show`, {
    facts: { title },
  })
}

/** Ticks of quantities such as learning rates, which would be all zeros in decimals. */
export function smallTicks(largest: number): Pick<ScaleOptions, 'tickFormat'> {
  if (largest >= 1e-3 || largest === 0) return {}
  return {
    tickFormat: (value: number) =>
      value === 0 ? '0' : Number(value.toPrecision(3)).toExponential(),
  }
}

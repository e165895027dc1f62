import { DOMParser } from 'linkedom'
import { describe, expect, test } from 'vitest'
import { barChart, type Chart, histogram, lineChart, type Point, stackCharts } from './index.ts'

const x = { label: 'step' }
const y = { label: 'loss' }

function parse({ svg }: Chart) {
  return new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement
}

function texts(chart: Chart): string[] {
  return [...parse(chart).querySelectorAll('text')].map((text) => text.textContent ?? '')
}

/** What a browser draws last: heights of the bars, in pixels. */
function barHeights(chart: Chart): number[] {
  return [...parse(chart).querySelectorAll('g[aria-label="bar"] rect, g[aria-label="rect"] rect')]
    .map((bar) => Number(bar.getAttribute('height')))
    .filter(Number.isFinite)
}

describe('lineChart', () => {
  const down: Point[] = [
    [0, 4],
    [50, 2],
    [100, 1],
  ]

  test('title, axes, legend and notes are there', async () => {
    const series = [
      { name: '训练 <loss> & "more"', points: down },
      { name: 'second', points: down, dots: true },
    ]
    const notes = [{ at: [100, 1] as const, text: 'best 1.0' }]
    const chart = await lineChart(series, { title: 'T & <t>', subtitle: 'sub', x, y, notes })
    expect(texts(chart)).toEqual(
      expect.arrayContaining(['T & <t>', 'sub', '训练 <loss> & "more"', 'second', 'best 1.0']),
    )
    expect(texts(chart)).toEqual(expect.arrayContaining(['step', 'loss', '0', '100']))
    expect(chart.svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
  })

  test('on a logarithmic axis equal ratios lie equally far apart', async () => {
    const points: Point[] = [
      [1, 1],
      [10, 10],
      [100, 100],
    ]
    const log = { label: 'n', type: 'log' } as const
    const chart = await lineChart([{ name: 'a', points }], { title: 'T', x: log, y: log })
    const path = parse(chart).querySelector('g[aria-label="line"] path')?.getAttribute('d') ?? ''
    const [a = [], b = [], c = []] = [...path.matchAll(/([\d.]+),([\d.]+)/g)].map((match) =>
      match.slice(1).map(Number),
    )
    for (const axis of [0, 1]) {
      const [first = 0, second = 0, third = 0] = [a[axis], b[axis], c[axis]]
      expect(second - first).toBeCloseTo(third - second, 1)
      expect(second).not.toBe(first)
    }
  })

  test('one series has no legend', async () => {
    const chart = await lineChart([{ name: 'only', points: down }], { title: 'T', x, y })
    expect(texts(chart)).not.toContain('only')
  })

  test('the line goes through its points, and breaks where a value is not finite', async () => {
    const points: Point[] = [
      [0, 0],
      [1, 1],
      [2, Number.NaN],
      [3, 1],
      [4, 0],
    ]
    const chart = await lineChart([{ name: 'a', points }], { title: 'T', x, y, width: 488 })
    const path = parse(chart).querySelector('g[aria-label="line"] path')?.getAttribute('d') ?? ''
    expect(path).toBe('M64,216L164,28M364,28L464,216')
  })

  test('a spike survives thinning', async () => {
    const points = Array.from({ length: 50_000 }, (_, i): Point => [i, i === 31_234 ? 100 : 1])
    const chart = await lineChart([{ name: 'a', points }], { title: 'T', x, y })
    expect(texts(chart)).toContain('100')
    expect(chart.svg.length).toBeLessThan(40_000)
    const top = parse(chart).querySelector('g[aria-label="line"] path')?.getAttribute('d')
    expect(top).toMatch(/,28(L|$)/)
  })

  test('learning rates have ticks that tell them apart', async () => {
    const points: Point[] = [
      [0, 0],
      [100, 2e-5],
    ]
    const chart = await lineChart([{ name: 'a', points }], { title: 'T', x, y })
    expect(texts(chart)).toEqual(expect.arrayContaining(['0', '1e-5', '2e-5']))
  })

  test('nothing to show is an error', async () => {
    const points: Point[] = [[0, Number.NaN]]
    const chart = lineChart([{ name: 'a', points }], { title: 'T', x, y })
    await expect(chart).rejects.toMatchObject({ code: 'chart-empty', facts: { title: 'T' } })
  })
})

describe('barChart', () => {
  const bars = [
    { category: 'csts', series: 'teacher', value: 80 },
    { category: 'csts', series: 'student', value: 40, interval: [38, 42] as const },
    { category: 'afqmc', series: 'teacher', value: 20 },
    { category: 'afqmc', series: 'student', value: Number.NaN },
  ]

  test('heights are in proportion; a value that is none is not drawn', async () => {
    const heights = barHeights(await barChart(bars, { title: 'T', y }))
    const largest = Math.max(...heights)
    expect(heights.map((height) => (height / largest) * 80).sort()).toEqual([20, 40, 80])
  })

  test('categories, series and values are written', async () => {
    const chart = await barChart(bars, { title: 'T', y, format: (value) => value.toFixed(2) })
    expect(texts(chart)).toEqual(
      expect.arrayContaining(['csts', 'afqmc', 'teacher', 'student', '80.00', '40.00', '20.00']),
    )
    expect(texts(chart)).not.toContain('NaN')
  })

  test('values below zero hang from it', async () => {
    const [bar] = bars
    const negative = [{ ...bar, category: 'a', series: 's', value: -0.5 }]
    const chart = await barChart(negative, { title: 'T', y })
    expect(texts(chart)).toContain('\u22120.5')
    expect(barHeights(chart)).toHaveLength(1)
  })
})

describe('histogram', () => {
  test('shares are of each series alone', async () => {
    const series = [
      { name: 'few', values: Float32Array.of(0.1, 0.9) },
      { name: 'many', values: Float32Array.from({ length: 100 }, (_, i) => (i < 50 ? 0.1 : 0.9)) },
    ]
    const domain = [0, 1] as const
    const chart = await histogram(series, { title: 'T', x: { ...x, domain }, bins: 2 })
    const heights = barHeights(chart)
    expect(heights).toHaveLength(4)
    expect(new Set(heights).size).toBe(1)
    expect(texts(chart)).toContain('50')
  })

  test('values outside the domain count into the outer bins; equal values have one', async () => {
    const wide = [{ name: 'a', values: [-5, 0.2, 0.8, 5] }]
    const domain = [0, 1] as const
    const outer = barHeights(await histogram(wide, { title: 'T', x: { ...x, domain }, bins: 2 }))
    expect(new Set(outer).size).toBe(1)
    const equal = await histogram([{ name: 'a', values: [3, 3, 3] }], { title: 'T', x })
    expect(texts(equal)).toContain('100')
  })
})

test('charts stack to one picture', async () => {
  const points: Point[] = [
    [0, 1],
    [1, 2],
  ]
  const chart = await lineChart([{ name: 'a', points }], { title: '甲', x, y, width: 400 })
  const stack = stackCharts([chart, chart])
  expect(stack).toMatchObject({ width: 400, height: 2 * chart.height })
  expect(texts(stack).filter((text) => text === '甲')).toHaveLength(2)
})

test('characters that XML cannot hold are removed', async () => {
  const points: Point[] = [
    [0, 1],
    [1, 2],
  ]
  const chart = await lineChart([{ name: 'a', points }], { title: 'a\u0000\u001bb\ud800𠮷', x, y })
  expect(texts(chart)).toContain('ab\ufffd𠮷')
})

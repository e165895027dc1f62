/** A picture as SVG text, with its size in pixels. It brings its own white background. */
export interface Chart {
  readonly svg: string
  readonly width: number
  readonly height: number
}

/** What every kind of chart takes. */
export interface ChartOptions {
  readonly title: string
  /** A line below the title, in grey: what was measured, with which settings. */
  readonly subtitle?: string
  /** Pixels; default 800. */
  readonly width?: number
  /** Pixels, without title and legend; default 260. */
  readonly height?: number
}

/** What stands along an axis. */
export interface AxisOptions {
  /** The quantity, with its unit where it has one. */
  readonly label: string
  /** Ends of the axis; default: those of the data, rounded outwards. */
  readonly domain?: readonly [low: number, high: number]
}

/** One above the other, in one picture. */
export function stackCharts(charts: readonly Chart[]): Chart {
  const width = Math.max(0, ...charts.map((chart) => chart.width))
  let height = 0
  const parts = charts.map((chart) => {
    const part = `<g transform="translate(0,${height})">${chart.svg}</g>`
    height += chart.height
    return part
  })
  return svgDocument(parts.join('\n'), { width, height, label: undefined })
}

/** An SVG element around `content`, on white. */
export function svgDocument(
  content: string,
  { width, height, label }: { width: number; height: number; label: string | undefined },
): Chart {
  const name = label === undefined ? '' : ` role="img" aria-label="${escapeXml(label)}"`
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
  const start = `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${FONT}${name}>`
  const background = `<rect width="${width}" height="${height}" fill="white"/>`
  return { svg: writable(`${start}${background}\n${content}</svg>\n`), width, height }
}

const FONT = 'font-family="system-ui, sans-serif" color="#222" fill="currentColor"'

/** A text as it may stand in an element or in a quoted attribute. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** XML 1.0 has no way to write control characters or halves of surrogate pairs. */
function writable(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd').replace(/(?![\t\n\r])\p{Cc}/gu, '')
}

// bench/RESULTS.md from bench/results.json.
// node bench/report.mjs
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { SHARED } from './sentences.mjs'

const results = JSON.parse(readFileSync(new URL('results.json', import.meta.url), 'utf8'))
const figuresFile = `${SHARED}figures.json`
const figures = existsSync(figuresFile) ? JSON.parse(readFileSync(figuresFile, 'utf8')) : []
const figureOf = (name) => figures.find((figure) => figure.name === name)

function row({ name, value, peer, command, date, spread }) {
  const figure = figureOf(name)
  const target = figure ? `${figure.better === 'higher' ? '≥' : '≤'} ${figure.target}` : ''
  const reached =
    figure && (figure.better === 'higher' ? value >= figure.target : value <= figure.target)
  const mark = figure ? (reached ? 'yes' : '**no**') : ''
  const meaning = figure?.meaning ?? ''
  return `| ${name} | ${value} | ${target} | ${mark} | ${meaning} | ${spread} | ${peer} | \`${command}\` | ${date} |`
}

const machine = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
const CHARTS = [
  ['peers.svg', 'texts a second, yuju and its peers'],
  ['growth.svg', 'sentences a second against length, batch and layers'],
]
const chart = CHARTS.filter(([file]) => existsSync(new URL(file, import.meta.url)))
  .map(([file, text]) => `\n![${text}](${file})\n`)
  .join('')
writeFileSync(
  new URL('RESULTS.md', import.meta.url),
  `# Results

Generated from results.json by \`node bench/report.mjs\`. Machine of the last run: ${machine}.
It is shared and noisy: comparisons are interleaved in one run, and the value is the median of the
ratios, pair by pair.

| name | value | target | reached | meaning | spread | peer | command | date |
|---|---|---|---|---|---|---|---|---|
${results.map(row).join('\n')}
${chart}`,
)

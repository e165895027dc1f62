// bench/RESULTS.md from bench/results.json.
// node bench/report.mjs
import { existsSync, writeFileSync } from 'node:fs'
import { readResults } from './results.mjs'

function row({ name, value, better, target, meaning, peer, command, date, spread, processor }) {
  const goal = target === undefined ? '' : `${better === 'higher' ? '≥' : '≤'} ${target}`
  const isReached = better === 'higher' ? value >= target : value <= target
  const mark = target === undefined ? '' : isReached ? 'yes' : '**no**'
  return `| ${name} | ${value} | ${goal} | ${mark} | ${meaning ?? ''} | ${spread} | ${peer} | \`${command}\` | ${date} | ${processor} |`
}

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

Generated from results.json by \`node bench/report.mjs\`. Machines have two cores, and are shared and noisy:
comparisons are interleaved in one run, and the value is the median of the ratios, pair by pair. The
last column lists the processor's instruction sets for matrix products; of each kind of processor the
newest figure is kept.

| name | value | target | reached | meaning | spread | peer | command | date | processor |
|---|---|---|---|---|---|---|---|---|---|
${readResults().map(row).join('\n')}
${chart}`,
)

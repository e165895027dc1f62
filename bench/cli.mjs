// Start-up of the command line, whole processes.
// node bench/cli.mjs
import { spawnSync } from 'node:child_process'
import { recordResult } from './results.mjs'
import { SHARED } from './sentences.mjs'
import { median, round, spread } from './statistics.mjs'

const MAIN = new URL('../dist/cli/main.js', import.meta.url).pathname

function milliseconds(args) {
  const start = performance.now()
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return performance.now() - start
}

/** Prints the most memory that a program held, in kilobytes, on stderr. */
const TELL_MEMORY =
  'data:text/javascript,process.on("exit",()=>process.stderr.write("held "+process.resourceUsage().maxRSS))'

function megabytes(args) {
  const words = ['--import', TELL_MEMORY, MAIN, ...args]
  const { stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  const [, kilobytes] = stderr.match(/held (\d+)/) ?? []
  return (Number(kilobytes) * 1024) / 1e6
}

async function measure(name, args, measurement = milliseconds) {
  measurement(args)
  const times = Array.from({ length: 11 }, () => measurement(args))
  console.log(`${name}: ${round(median(times))} (${spread(times)})`)
  const command = 'node bench/cli.mjs'
  await recordResult({
    name,
    value: round(median(times)),
    peer: '',
    command,
    spread: spread(times),
  })
}

await measure('cli.help_ms', ['--help'])
const model = `${SHARED}models/e5-small-zh`
await measure('cli.first_vector_ms', ['encode', '今天天气真不错', '--model', model, '--json'])
const bundled = ['encode', '今天天气真不错', '--json']
await measure('speed.cold_start_ms', bundled)
await measure('speed.rss_megabytes', bundled, megabytes)

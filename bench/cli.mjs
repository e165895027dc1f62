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

async function measure(name, args) {
  milliseconds(args)
  const times = Array.from({ length: 11 }, () => milliseconds(args))
  console.log(`${name}: ${round(median(times))} ms (${spread(times)})`)
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

// Clients from outside against a running server: Python's openai and huggingface_hub, and schemathesis,
// which reads /openapi.json and sends whatever that allows and much that it does not.
//
//   python3 -m venv ~/yuju-clients && ~/yuju-clients/bin/pip install openai huggingface_hub schemathesis
//   YUJU_CLIENTS=~/yuju-clients node bench/serve-clients.mjs [--model folder] [--examples 50]
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SentenceEncoder } from 'yuju'
import { createMemoryStore, indexTexts, modelSettings } from 'yuju/search'
import { createServer, listen } from 'yuju/server'
import { recordResult } from './results.mjs'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'test/fixtures/models/tiny-dense-normalize' },
    examples: { type: 'string', default: '50' },
  },
})
const CLIENTS = join(process.env.YUJU_CLIENTS ?? join(homedir(), 'yuju-clients'), 'bin')

// One model, as with several a request that the description allows may still not fit its model.
const [server, answers] = await startServer()
const listener = await listen(server, { port: 0, drainDelay: 0 })
const checks = [
  ['python', [join(import.meta.dirname, 'python/check_server.py'), listener.url, 'm']],
  [
    'schemathesis',
    ['run', `${listener.url}/openapi.json`, '--max-examples', values.examples, '--no-color'],
  ],
]
let failed = false
for (const [program, args] of checks) failed = (await run(program, args)) !== 0 || failed
await listener.stop()
const failures = answers.filter((status) => status >= 500).length
console.log(`${failures} of ${answers.length} answers were 5xx`)
if (existsSync(join(CLIENTS, 'schemathesis'))) {
  recordResult({
    name: 'serve.schemathesis_5xx',
    value: failures,
    peer: '',
    command: 'node bench/serve-clients.mjs',
    spread: `${answers.length} requests of schemathesis, and of openai and huggingface_hub of Python`,
  })
}
process.exitCode = failed || failures > 0 ? 1 : 0

async function startServer() {
  const seen = []
  const started = await createServer({
    models: [{ name: 'm', model: values.model }],
    indexes: [{ name: 'i', store: await smallStore() }],
    onEvent: (event) => event.kind === 'request' && seen.push(event.status),
  })
  return [started, seen]
}

async function smallStore() {
  const encoder = await SentenceEncoder.load(values.model, { onWarning: () => {} })
  const settings = await modelSettings(encoder.checkpoint)
  // Without columns: which filters fit them, the description cannot say.
  const store = await createMemoryStore({ ...settings, dimensions: encoder.dimensions })
  const texts = ['花呗怎么还款', '今天天气真不错'].map((text) => ({ text }))
  await indexTexts(encoder, store, texts)
  await encoder.dispose()
  return store
}

/** Not waited for by this thread, which the server needs. */
function run(program, args) {
  return new Promise((resolve) => {
    const child = spawn(join(CLIENTS, program), args, { stdio: 'inherit', cwd: tmpdir() })
    child.on('error', ({ message }) => {
      console.error(message)
      resolve(1)
    })
    child.on('close', resolve)
  })
}

// Clients from outside against a running server: the openai package of Python, and schemathesis,
// which reads /openapi.json and sends whatever that allows and much that it does not.
//
//   python3 -m venv ~/yuju-clients && ~/yuju-clients/bin/pip install openai schemathesis
//   YUJU_CLIENTS=~/yuju-clients node bench/serve-clients.mjs [--model folder] [--examples 50]
import { spawn } from 'node:child_process'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createServer, listen } from 'yuju/server'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'test/fixtures/models/tiny-dense-normalize' },
    examples: { type: 'string', default: '50' },
  },
})
const CLIENTS = join(process.env.YUJU_CLIENTS ?? join(homedir(), 'yuju-clients'), 'bin')

// One model, as with several a request that the description allows may still not fit its model.
const [server, failures] = await startServer()
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
console.log(`${failures.length} answers were 5xx`)
process.exitCode = failed || failures.length > 0 ? 1 : 0

async function startServer() {
  const seen = []
  const started = await createServer({
    models: [{ name: 'm', model: values.model }],
    onEvent: (event) => event.kind === 'request' && event.status >= 500 && seen.push(event),
  })
  return [started, seen]
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

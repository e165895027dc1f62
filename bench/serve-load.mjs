// Clients of an embeddings server, as a program of their own: each sends its next request when the
// last one is answered. Answers requests on stdin, one a line (see peer.mjs).
import { Agent, request } from 'node:http'
import { createInterface } from 'node:readline'

/** Status, milliseconds and retry-after of one request. */
function post(agent, url, body) {
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const sent = request(url, { agent, method: 'POST', headers }, (answer) => {
      answer.on('error', reject)
      answer.on('end', () => {
        const milliseconds = performance.now() - start
        resolve({ status: answer.statusCode, milliseconds, at: start })
      })
      answer.resume()
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function load({ url, bodies, clients }) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const answers = []
  let next = 0
  const start = performance.now()
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (next < bodies.length) {
        const body = bodies[next]
        next += 1
        answers.push(await post(agent, url, body))
      }
    }),
  )
  const seconds = (performance.now() - start) / 1000
  agent.destroy()
  return { seconds, byStatus: byStatus(answers) }
}

function byStatus(answers) {
  const groups = {}
  for (const { status, milliseconds } of answers) {
    groups[status] ??= []
    groups[status].push(milliseconds)
  }
  return Object.fromEntries(
    Object.entries(groups).map(([status, times]) => {
      const sorted = times.toSorted((a, b) => a - b)
      const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
      return [status, { count: times.length, p50: at(0.5), p99: at(0.99), largest: at(1) }]
    }),
  )
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`answer ${JSON.stringify(await load(JSON.parse(line)))}\n`)
}

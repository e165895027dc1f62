// A program that answers JSON requests, one a line: the other side of a comparison.
import { spawn } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** The Python that has bench/python/requirements.txt installed: YUJU_PYTHON, or python3. */
export const PYTHON = process.env.YUJU_PYTHON ?? 'python3'

/** Where bench/make-peers.mjs put the peers: YUJU_PEERS, or ~/yuju-peers. */
export const PEERS = process.env.YUJU_PEERS ?? join(homedir(), 'yuju-peers')

/** The Python in which sentence-transformers' ONNX backend can be installed. */
export const ONNX_PYTHON = join(PEERS, 'onnx/bin/python')

/**
 * @param {string} script below bench/python, or one of ours beside this file
 * @param {readonly string[]} [words] its arguments
 * @param {string} [program] what runs it
 */
export function startPeer(script, words = [], program = PYTHON) {
  const folder = script.endsWith('.py') ? 'python/' : ''
  const path = new URL(folder + script, import.meta.url).pathname
  const child = spawn(program, [path, ...words], { stdio: ['pipe', 'pipe', 'ignore'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    pid: child.pid,
    /** @param {object} request */
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      for (;;) {
        const { value, done } = await lines.next()
        if (done) throw new Error(`${script} ended; run it by hand to see why`)
        if (value.startsWith('answer ')) return JSON.parse(value.slice('answer '.length))
      }
    },
    stop: () => child.stdin.end(),
  }
}

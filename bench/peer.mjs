// A Python program that answers JSON requests, one a line: the other side of a comparison.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** The Python that has bench/python/requirements.txt installed: YUJU_PYTHON, or python3. */
export const PYTHON = process.env.YUJU_PYTHON ?? 'python3'

/** @param {string} script below bench/python @param {readonly string[]} [words] its arguments */
export function startPeer(script, words = []) {
  const path = new URL(`python/${script}`, import.meta.url).pathname
  const child = spawn(PYTHON, [path, ...words], { stdio: ['pipe', 'pipe', 'ignore'] })
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

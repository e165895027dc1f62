// Servers as programs of their own, and what they take of memory.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { childrenOf } from './other-load.mjs'

const MAIN = new URL('../dist/cli/main.js', import.meta.url).pathname

/** `yuju serve`, once it listens. @param {readonly string[]} flags */
export async function startYuju(flags) {
  const words = [MAIN, 'serve', '--json', '--port', '0', '--drain-delay', '0', ...flags]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return running(child, JSON.parse(line).url)
}

/** Another server, once it answers. @param {(port: number) => readonly string[]} command */
export async function startOther(command, path) {
  const port = await freePort()
  const [program, ...words] = command(port)
  const child = spawn(program, words, { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null) break
    const answer = await fetch(url + path).catch(() => undefined)
    if (answer?.ok) return running(child, url)
    await pause(200)
  }
  child.kill()
  throw new Error(`${program} ${words.join(' ')} does not answer; run it by hand to see why`)
}

function running(child, url) {
  return {
    url,
    pid: child.pid,
    memory: () => residentBytes(child.pid),
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Of a server and its workers. @param {number} pid @returns {number} */
function residentBytes(pid) {
  const [, kilobytes] = readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/) ?? []
  const own = Number(kilobytes) * 1024
  return childrenOf(pid).reduce((sum, child) => sum + residentBytes(child), own)
}

/** A port that nobody listens at. */
export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  return port
}

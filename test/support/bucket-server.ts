import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from './redis-server.ts'

/** A program of PyPI's `moto[s3,server]`: what Amazon's S3 answers, from memory. */
const PROGRAM = process.env.YUJU_MOTO_SERVER ?? 'moto_server'

export function hasBucketServer(): boolean {
  if (spawnSync(PROGRAM, ['--help']).status === 0) return true
  console.warn(`skipped: ${PROGRAM} is not installed (pip install 'moto[s3,server]')`)
  return false
}

/** An S3-compatible server of its own, on loopback. */
export class BucketServer implements AsyncDisposable {
  readonly url: string
  readonly #child: ChildProcess

  private constructor(url: string, child: ChildProcess) {
    this.url = url
    this.#child = child
  }

  static async start(): Promise<BucketServer> {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const child = spawn(PROGRAM, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
    while (!(await fetch(url).catch(() => undefined))?.ok) {
      if (child.exitCode !== null) throw new Error(`${PROGRAM} ended`)
      await pause(200)
    }
    return new BucketServer(url, child)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}

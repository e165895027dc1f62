import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { execPath } from 'node:process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { LoadCost } from '../benchmark/index.ts'
import { RuntimeError } from '../errors/index.ts'
import type { Precision } from '../precision/index.ts'

export interface LoadTask {
  readonly folder: string
  readonly texts: readonly string[]
  readonly threads: number
  /** Default: as the folder says. */
  readonly precision?: Precision | undefined
  readonly signal: AbortSignal
}

/** Loads a model in a process of its own, so that its time and memory are its alone. */
export async function measureLoad({
  folder,
  texts,
  threads,
  precision,
  signal,
}: LoadTask): Promise<LoadCost> {
  const main = fileURLToPath(new URL('./load-cost-main.js', import.meta.url))
  const child = spawn(execPath, [main, folder], { stdio: ['pipe', 'pipe', 'inherit'], signal })
  child.stdin.end(JSON.stringify({ texts, threads, precision }))
  const [answer, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (code === 0) return JSON.parse(answer)
  throw new RuntimeError('load-cost', `the process that loads ${folder} ended with code ${code}`, {
    facts: { folder, code },
  })
}

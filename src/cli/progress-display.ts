import { grouped } from './format.ts'
import type { Shell } from './shell.ts'

/** How far a job is; `total` where it is known. */
interface JobProgress {
  readonly done: number
  readonly total: number | undefined
}

/** Shows how far a job is. */
export interface ProgressDisplay {
  update(progress: JobProgress): void
  stop(): void
}

/** Jobs that are quicker than this show no bar. */
const QUIET_MILLISECONDS = 500
const LINE_MILLISECONDS = 5000

/** A bar on a terminal; elsewhere a line every few seconds. Both on stderr. */
export async function startProgress(shell: Shell, unit: string): Promise<ProgressDisplay> {
  return shell.hasTerminal ? progressBar(shell, unit) : progressLines(shell, unit)
}

function progressLines(shell: Shell, unit: string): ProgressDisplay {
  const start = performance.now()
  let last = start
  return {
    update({ done, total }) {
      const now = performance.now()
      if (now - last < LINE_MILLISECONDS) return
      last = now
      const share = total === undefined ? '' : ` of ${grouped(total)}`
      shell.note(`${grouped(done)}${share} ${unit}, ${rateText(done, now - start)}`)
    },
    stop() {},
  }
}

async function progressBar(shell: Shell, unit: string): Promise<ProgressDisplay> {
  const { default: cliProgress } = await import('cli-progress')
  const start = performance.now()
  const bar = new cliProgress.SingleBar({
    stream: shell.errorStream,
    format: ({ barsize = 30 }, { value, total, progress }, { known, rate }) => {
      if (!known) return `${grouped(value)} ${unit}, ${rate}`
      const full = Math.round(progress * barsize)
      const drawn = '█'.repeat(full) + '░'.repeat(barsize - full)
      return `${drawn} ${grouped(value)} of ${grouped(total)} ${unit}, ${rate}`
    },
    barsize: 30,
    clearOnComplete: true,
    hideCursor: true,
    // Ctrl-C is the shell's to handle.
    gracefulExit: false,
  })
  return {
    update({ done, total }) {
      const elapsed = performance.now() - start
      const shown = { known: total !== undefined, rate: rateText(done, elapsed) }
      if (bar.isActive) bar.update(done, shown)
      else if (elapsed > QUIET_MILLISECONDS) bar.start(total ?? 0, done, shown)
    },
    stop: () => bar.stop(),
  }
}

function rateText(done: number, milliseconds: number): string {
  return `${grouped((done / milliseconds) * 1000)} a second`
}

// What other programs take of the machine while something is measured. Linux; elsewhere nothing is
// known and 0 is given.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** /proc counts processor time in ticks of 10 ms. */
const TICK_SECONDS = 0.01

/** Seconds of processor time of all programs, and what a hypervisor took. */
function machineSeconds() {
  const [, user, nice, system, , , irq, softIrq, steal] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]
    .split(/\s+/)
  const ticks = [user, nice, system, irq, softIrq, steal].map(Number)
  return ticks.reduce((sum, value) => sum + value, 0) * TICK_SECONDS
}

/** Of a program and those it started. @param {number | 'self'} pid */
function programSeconds(pid) {
  // The name of the program, in brackets, may hold spaces; utime and stime come 12 fields after it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')
  const own = (Number(fields[11]) + Number(fields[12])) * TICK_SECONDS
  // This program starts the others that are measured: they are counted by their own numbers.
  if (pid === 'self') return own
  return childrenOf(pid).reduce((sum, child) => sum + programSeconds(child), own)
}

/** The programs that a program started. @param {number} pid @returns {number[]} */
export function childrenOf(pid) {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  )
}

/**
 * Starts to watch; the function it gives tells the share of the machine, from 0 to 1, that programs
 * other than this one and `pids` have taken since.
 * @param {readonly number[]} pids
 */
export function watchOtherLoad(pids) {
  if (!existsSync('/proc/stat')) return () => 0
  const others = () =>
    machineSeconds() - ['self', ...pids].reduce((sum, pid) => sum + programSeconds(pid), 0)
  const [start, before] = [performance.now(), others()]
  return () => {
    const available = ((performance.now() - start) / 1000) * availableParallelism()
    return Math.max(0, (others() - before) / available)
  }
}

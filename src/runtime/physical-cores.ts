import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

const CPU_FOLDER = '/sys/devices/system/cpu'

/**
 * Cores this program may use, counting two threads of one core once: matrix products gain nothing
 * from the second. Where the system does not tell siblings apart, every processor counts.
 */
export function physicalCores(): number {
  return Math.max(1, Math.min(availableParallelism(), distinctCores() ?? Number.POSITIVE_INFINITY))
}

function distinctCores(): number | undefined {
  try {
    const processors = readdirSync(CPU_FOLDER).filter((name) => /^cpu\d+$/.test(name))
    const siblings = processors.map((name) =>
      readFileSync(`${CPU_FOLDER}/${name}/topology/thread_siblings_list`, 'utf8'),
    )
    return siblings.length === 0 ? undefined : new Set(siblings).size
  } catch {
    return undefined
  }
}

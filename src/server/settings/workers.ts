import { physicalCores, workersFor } from '../../runtime/index.ts'
import type { ServerSettings } from './server-settings.ts'

/** The workers of each model, and the threads of each worker. */
export function workersOf({
  workers = workersFor(physicalCores()),
  threads = Math.max(1, Math.floor(physicalCores() / workers)),
}: Pick<ServerSettings, 'workers' | 'threads'>): { workers: number; threads: number } {
  return { workers, threads }
}

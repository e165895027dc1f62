import { physicalCores } from '../../runtime/index.ts'
import type { ServerSettings } from './server-settings.ts'

/** Each holds the model's weights once more. */
const MOST_WORKERS = 4

/** The workers of each model, and the threads of each worker. */
export function workersOf({
  workers = Math.min(MOST_WORKERS, physicalCores()),
  threads = Math.max(1, Math.floor(physicalCores() / workers)),
}: Pick<ServerSettings, 'workers' | 'threads'>): { workers: number; threads: number } {
  return { workers, threads }
}

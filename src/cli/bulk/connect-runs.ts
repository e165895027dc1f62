import type { BulkRuns } from '../../bulk/index.ts'
import type { Shell } from '../shell.ts'
import { bucketSettings, storeAccess } from '../store-flags.ts'

/** Which run, and where the queue is. */
export const RUN_FLAGS = {
  name: {
    type: 'positional',
    required: true,
    description: 'The name of the run, as it was started',
  },
  redis: {
    type: 'string',
    valueHint: 'url',
    description: 'The queue (default: YUJU_REDIS_URL, else redis://127.0.0.1:6379)',
  },
} as const

const DEFAULT_REDIS = 'redis://127.0.0.1:6379'

/** Connects to the queue. */
export async function connectRuns(
  { redis }: { readonly redis?: string | undefined },
  shell: Shell,
): Promise<BulkRuns> {
  const { env } = shell
  const { BulkRuns } = await import('../../bulk/index.ts')
  return BulkRuns.connect({
    redis: redis ?? env.YUJU_REDIS_URL ?? DEFAULT_REDIS,
    stores: storeAccess(shell),
    buckets: bucketSettings(env),
  })
}

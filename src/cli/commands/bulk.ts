import type { CommandGroup } from '../command.ts'

/** Encodes data far larger than one machine: a queue in Redis, and workers anywhere. */
export const bulk: CommandGroup = {
  commands: {
    start: {
      description: 'Put the files of a folder, pattern or bucket into the queue',
      load: async () => (await import('../bulk/start.ts')).start,
    },
    worker: {
      description: 'Encode files of a run until all are done; any number of these, anywhere',
      load: async () => (await import('../bulk/worker.ts')).worker,
    },
    status: {
      description: 'Show progress, rate and time left',
      load: async () => (await import('../bulk/status.ts')).status,
    },
    failed: {
      description: 'List what failed too often, or try it again',
      load: async () => (await import('../bulk/failed.ts')).failed,
    },
    remove: {
      description: 'Forget a run; what it wrote stays',
      load: async () => (await import('../bulk/remove.ts')).remove,
    },
  },
}

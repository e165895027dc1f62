import { type Checkpoint, diskFolder, OpenFiles, readCalibration } from '../checkpoint/index.ts'
import { warnOnConsole } from '../options/index.ts'
import { PRECISIONS, readActivationRanges, TYPICAL_TEXTS } from '../precision/index.ts'
import { BACKENDS, physicalCores, SessionStarter, workersFor } from '../runtime/index.ts'
import { assembleModel } from './assemble.ts'
import type { EncoderParts } from './encoder.ts'
import { type LoadOptions, loadSource } from './load.ts'
import { measureActivationRanges } from './measure-activation-ranges.ts'
import { requireChoice, requireWhole } from './options.ts'

/** What says how a model is run, however it was found. */
export type RunOptions = Pick<
  LoadOptions,
  'threads' | 'workers' | 'backend' | 'precision' | 'activationRanges' | 'onWarning'
>

/** @throws CheckpointError for a model of another kind than the one that is wanted. */
type RequireKind = (checkpoint: Checkpoint) => void

/** Reads a folder, or what the hub has under a name, and opens it; the runtime is loaded meanwhile. */
export async function openSource(
  source: string | undefined,
  options: LoadOptions,
  requireKind: RequireKind,
): Promise<EncoderParts> {
  await using starter = new SessionStarter(sessionOptions(options))
  const checkpoint = await loadSource(source, options)
  requireKind(checkpoint)
  return await assemble(checkpoint, options, starter)
}

/** Opens a model that was read already. */
export async function openCheckpoint(
  checkpoint: Checkpoint,
  options: RunOptions,
  requireKind: RequireKind,
): Promise<EncoderParts> {
  requireKind(checkpoint)
  await using starter = new SessionStarter(sessionOptions(options))
  return await assemble(checkpoint, options, starter)
}

async function assemble(
  checkpoint: Checkpoint,
  options: RunOptions,
  starter: SessionStarter,
): Promise<EncoderParts> {
  await using files = new OpenFiles()
  return await assembleModel(checkpoint, {
    readRange: files.read,
    openSession: (graph) => starter.open(graph),
    precision: options.precision && requireChoice('precision', options.precision, PRECISIONS),
    measureColumnRanges: () => {
      const { workers: _, ...session } = sessionOptions(options)
      return measureActivationRanges(checkpoint, TYPICAL_TEXTS, session)
    },
    readActivationRanges: async () =>
      options.activationRanges ?? readActivationRanges(diskFolder(checkpoint.folder)),
    warn: options.onWarning ?? warnOnConsole,
    readCalibration: () => readCalibration(diskFolder(checkpoint.folder)),
  })
}

function sessionOptions({
  threads = physicalCores(),
  workers = workersFor(threads),
  backend,
}: Pick<LoadOptions, 'threads' | 'workers' | 'backend'>) {
  return {
    threads: requireWhole('threads', threads, { min: 1, max: 1024 }),
    workers: requireWhole('workers', workers, { min: 1, max: Math.max(1, threads) }),
    ...(backend === undefined ? {} : { backend: requireChoice('backend', backend, BACKENDS) }),
  }
}

import { stat } from 'node:fs/promises'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { downloadModel, type HubOptions, isHubId } from '../checkpoint/hub/index.ts'
import { type Checkpoint, loadCheckpoint } from '../checkpoint/index.ts'
import { InputError } from '../errors/index.ts'
import type { ActivationRanges, Precision } from '../precision/index.ts'
import type { Backend } from '../runtime/index.ts'

/** The folder of the student that ships with yuju. */
export const BUNDLED_MODEL = fileURLToPath(new URL('../../models/yuju-small-zh', import.meta.url))

/** How a model is found and run; all of it may be left out. */
export interface LoadOptions extends HubOptions {
  /** Threads in all. Default: the machine's physical cores. */
  readonly threads?: number
  /**
   * Copies of the model that share the threads when many texts are encoded, which is faster than all
   * threads on one batch; each needs memory for the weights. Default: one a thread, at most 4.
   */
  readonly workers?: number
  /**
   * Compute in float32, or in 8 bits (`int8`), which is more than twice as fast. Default: in 8 bits where
   * the folder has what `yuju quantize` found for it, as the model that ships with yuju has; else in
   * float32.
   */
  readonly precision?: Precision
  /** What 8 bits need to know, from `measureActivationRanges`. Default: what lies beside the model. */
  readonly activationRanges?: ActivationRanges
  /** Default: the native runtime where it is installed, else WebAssembly. */
  readonly backend?: Backend
  /** Called with what a user should know: a default that applied, texts that were truncated. Default: stderr. */
  readonly onWarning?: (message: string) => void
}

/** Reads a folder, or what the hub has under a name that is not a folder here. */
export async function loadSource(
  source: string = BUNDLED_MODEL,
  options: LoadOptions = {},
): Promise<Checkpoint> {
  if (source === '') {
    throw new InputError(
      'model-missing',
      "the model's name is empty: pass a model folder, owner/name of a model on the hub, or nothing",
    )
  }
  if (!isHubId(source) || (await isFolder(source))) return loadCheckpoint(source)
  return loadCheckpoint(await downloadModel(source, options, env))
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

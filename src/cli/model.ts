import type { ParsedArgs } from 'citty'
import type { DownloadProgress } from '../checkpoint/hub/index.ts'
import type { Checkpoint } from '../checkpoint/index.ts'
import type { EncodeOptions, LoadOptions, SentenceEncoder } from '../encoder/index.ts'
import { given } from '../options/index.ts'
import type { Precision } from '../precision/index.ts'
import { UsageError, wholeNumber } from './command-line.ts'
import type { HUB_FLAGS, RUN_FLAGS, TEXT_FLAGS } from './flags.ts'
import { startProgress } from './progress-display.ts'
import type { Shell } from './shell.ts'

/** The model a command was given: `--model`, else YUJU_MODEL, else the one that ships with yuju. */
export async function namedModel(model: string | undefined, shell: Shell): Promise<string> {
  if (model === '')
    throw new UsageError('--model is empty: name a folder, or owner/name on the hub')
  const { BUNDLED_MODEL } = await import('../encoder/index.ts')
  return model ?? (shell.env.YUJU_MODEL || BUNDLED_MODEL)
}

/** Loads a model, with its download shown. */
export async function loadEncoder(
  model: string,
  args: ParsedArgs<typeof RUN_FLAGS>,
  shell: Shell,
  precision?: Precision,
): Promise<SentenceEncoder> {
  const threads = wholeNumber('threads', args.threads)
  return withDownload(args, shell, async (options) => {
    const { SentenceEncoder } = await import('../encoder/index.ts')
    return SentenceEncoder.load(model, {
      ...options,
      ...given({ threads, backend: args.backend, precision }),
    })
  })
}

/** Makes a model that was read already ready to run. */
export async function encoderOf(
  checkpoint: Checkpoint,
  args: Pick<ParsedArgs<typeof RUN_FLAGS>, 'threads' | 'backend'>,
  shell: Shell,
  precision?: Precision,
): Promise<SentenceEncoder> {
  const threads = wholeNumber('threads', args.threads)
  const { SentenceEncoder } = await import('../encoder/index.ts')
  const options = { ...given({ threads, backend: args.backend, precision }), onWarning: shell.warn }
  return interruptible(SentenceEncoder.fromCheckpoint(checkpoint, options), shell.signal)
}

/** Reads a model without making it ready to run. */
export async function readCheckpoint(
  model: string,
  args: ParsedArgs<typeof HUB_FLAGS>,
  shell: Shell,
): Promise<Checkpoint> {
  return withDownload(args, shell, async (options) => {
    const { loadSource } = await import('../encoder/index.ts')
    return loadSource(model, options)
  })
}

/** Downloads, with what arrives shown. */
export async function withDownload<Result>(
  args: ParsedArgs<typeof HUB_FLAGS>,
  shell: Shell,
  load: (options: LoadOptions) => Promise<Result>,
): Promise<Result> {
  const progress = await startProgress(shell, 'MB')
  const options: LoadOptions = given({
    revision: args.revision,
    cacheDir: args['cache-dir'],
    offline: args.offline,
    endpoint: args.endpoint,
    signal: shell.signal,
    onDownload: ({ bytes, total }: DownloadProgress) =>
      progress.update({ done: bytes / 1e6, total: total / 1e6 }),
    onWarning: shell.warn,
  })
  try {
    return await interruptible(load(options), shell.signal)
  } finally {
    progress.stop()
  }
}

/** What the flags say about how texts become tokens. */
export function textOptions(
  args: ParsedArgs<typeof TEXT_FLAGS>,
): Pick<EncodeOptions, 'prompt' | 'promptName' | 'maxLength'> {
  return given({
    prompt: args.prompt,
    promptName: args['prompt-name'],
    maxLength: wholeNumber('max-length', args['max-length']),
  })
}

/** Waits for work that cannot be stopped itself, but no longer than until the signal says so. */
export async function interruptible<Result>(
  work: Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  signal.throwIfAborted()
  let stop = () => {}
  const interrupted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([work, interrupted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

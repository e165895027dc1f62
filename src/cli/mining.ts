import type { ParsedArgs } from 'citty'
import type { MiningOptions } from '../mining/index.ts'
import { given } from '../options/index.ts'
import type { Matrix } from '../similarity/index.ts'
import { UsageError, wholeNumber } from './command-line.ts'
import { JSON_FLAG, MODEL_FLAGS, TEXT_FLAGS, TRUNCATE_FLAG } from './flags.ts'
import { loadEncoder, namedModel, textOptions } from './model.ts'
import { startProgress } from './progress-display.ts'
import type { Shell } from './shell.ts'
import { INPUT_FLAGS, inputTexts } from './text-input.ts'

/** What every command takes that compares all texts of a file. */
export const MINING_FLAGS = {
  ...INPUT_FLAGS,
  ...TEXT_FLAGS,
  ...TRUNCATE_FLAG,
  ...MODEL_FLAGS,
  ...JSON_FLAG,
} as const

export type MiningArgs = ParsedArgs<typeof MINING_FLAGS>

/** All texts of `--input`. */
export async function textsOf(args: MiningArgs, shell: Shell): Promise<string[]> {
  if (args.input === undefined) throw new UsageError('--input is missing; name a file of texts')
  const texts: string[] = []
  for await (const text of inputTexts(args, shell).texts) texts.push(text)
  return texts
}

/** The vectors of texts; the model is let go afterwards. */
export async function vectorsOf(
  texts: readonly string[],
  args: MiningArgs,
  shell: Shell,
): Promise<Matrix> {
  const model = await namedModel(args.model, shell)
  await using encoder = await loadEncoder(model, args, shell)
  const progress = await startProgress(shell, 'texts')
  try {
    return await encoder.encode(texts, {
      ...textOptions(args),
      truncate: args.truncate,
      signal: shell.signal,
      onProgress: (state) => progress.update(state),
    })
  } finally {
    progress.stop()
  }
}

/** Compares texts, with how far it is shown. */
export async function compared<Result>(
  args: MiningArgs,
  shell: Shell,
  work: (options: MiningOptions) => Promise<Result>,
): Promise<Result> {
  const progress = await startProgress(shell, 'comparisons')
  const threads = wholeNumber('threads', args.threads)
  try {
    return await work({
      ...given({ threads, backend: args.backend }),
      signal: shell.signal,
      onProgress: (state) => progress.update(state),
    })
  } finally {
    progress.stop()
  }
}

import { extname, join } from 'node:path'
import type { ParsedArgs } from 'citty'
import type { CalibrationResult, Pairs, ThresholdGoal } from '../../evaluate/index.ts'
import { MAP_KINDS } from '../../metrics/constants.ts'
import { given } from '../../options/index.ts'
import { COLUMNS_FLAG, pairColumns } from '../columns.ts'
import { defineCommand } from '../command.ts'
import { UsageError } from '../command-line.ts'
import { choices, JSON_FLAG, MODEL_ARGUMENT, RUN_FLAGS, TEXT_FLAGS } from '../flags.ts'
import { printFields } from '../format.ts'
import { encoderOf, readCheckpoint, textOptions } from '../model.ts'
import type { Shell } from '../shell.ts'

const ARGS = {
  ...MODEL_ARGUMENT,
  pairs: {
    type: 'string',
    valueHint: 'file',
    description: 'Sentence pairs with label 0 or 1, tab-separated (required)',
  },
  ...COLUMNS_FLAG,
  precision: {
    type: 'string',
    valueHint: 'p',
    description: 'The threshold with at least this precision (default: best F1)',
  },
  recall: {
    type: 'string',
    valueHint: 'r',
    description: 'The threshold with at least this recall',
  },
  map: {
    type: 'enum',
    options: choices(MAP_KINDS),
    description: 'How scores become probabilities (default: what cross-validates better)',
  },
  histogram: {
    type: 'string',
    valueHint: 'file.svg',
    description: 'Draw the scores of positives and negatives',
  },
  ...TEXT_FLAGS,
  ...RUN_FLAGS,
  ...JSON_FLAG,
} as const

type CalibrateArgs = ParsedArgs<typeof ARGS>

/** Saves the calibration beside the model, where `isMatch` and `probability` find it. */
export const calibrate = defineCommand(ARGS, async (args, shell) => {
  if (!args.pairs) throw new UsageError('--pairs is missing; name a file of labelled pairs')
  const threshold = thresholdGoal(args)
  if (args.histogram !== undefined && extname(args.histogram) !== '.svg') {
    throw new UsageError(`--histogram must end in .svg, but is ${args.histogram}`)
  }
  const library = await import('../../evaluate/index.ts')
  const columns = pairColumns(args.columns)
  const pairs = await library.readPairs(args.pairs, { labels: 'binary', ...given({ columns }) })
  const checkpoint = await readCheckpoint(args.model, args, shell)
  await using encoder = await encoderOf(checkpoint, args, shell)
  const options = { ...textOptions(args), signal: shell.signal }
  const result = await library.calibrate((texts) => encoder.encode(texts, options), pairs, {
    similarity: encoder.similarityName,
    prompt: promptOf(args, checkpoint.prompts),
    threshold,
    ...given({ map: args.map }),
  })
  const saved = await save(result, pairs, { folder: checkpoint.folder, args })
  print(result, saved, { args, shell })
})

function thresholdGoal({ precision, recall }: CalibrateArgs): ThresholdGoal {
  if (precision !== undefined && recall !== undefined) {
    throw new UsageError('give --precision or --recall, not both')
  }
  if (precision !== undefined) return { goal: 'precision', least: shareOf('precision', precision) }
  return recall === undefined
    ? { goal: 'f1' }
    : { goal: 'recall', least: shareOf('recall', recall) }
}

function shareOf(flag: string, value: string): number {
  const share = Number(value)
  if (value.trim() !== '' && share > 0 && share <= 1) return share
  throw new UsageError(`--${flag} must be above 0 and at most 1, but is "${value}"`)
}

/** The text itself, so that it needs no name later. */
function promptOf(args: CalibrateArgs, prompts: Readonly<Record<string, string>>): string | null {
  const name = args['prompt-name']
  return args.prompt ?? (name === undefined ? undefined : prompts[name]) ?? null
}

async function save(
  { calibration, scores }: CalibrationResult,
  { gold }: Pairs,
  { folder, args }: { readonly folder: string; readonly args: CalibrateArgs },
): Promise<string> {
  const { CALIBRATION_FILE } = await import('../../checkpoint/index.ts')
  const { writeFileAtomic } = await import('../../files/index.ts')
  if (args.histogram !== undefined) {
    const { scoreHistogram } = await import('../../evaluate/internal.ts')
    const svg = await scoreHistogram(calibration, { gold, scores })
    await writeFileAtomic(args.histogram, svg)
  }
  const path = join(folder, CALIBRATION_FILE)
  await writeFileAtomic(path, `${JSON.stringify(calibration, undefined, 1)}\n`)
  return path
}

function print(
  { calibration, quality, maps, scores }: CalibrationResult,
  saved: string,
  { args, shell }: { readonly args: CalibrateArgs; readonly shell: Shell },
): void {
  const { similarity, threshold, map } = calibration
  if (args.json) {
    shell.printJson({
      ...quality,
      similarity,
      map: map.kind,
      maps,
      pairs: scores.length,
      saved,
    })
    return
  }
  const percent = (value: number) => `${(100 * value).toFixed(2)} %`
  const mapFields = maps.map(({ kind, expectedCalibrationError, brierScore }) => {
    const text = `calibration error ${percent(expectedCalibrationError)}, Brier score ${brierScore.toFixed(4)}`
    return [kind === map.kind ? `${kind} (chosen)` : kind, text] as const
  })
  printFields(
    {
      threshold: `${threshold.toFixed(4)} ${similarity}`,
      F1: percent(quality.f1),
      precision: percent(quality.precision),
      recall: percent(quality.recall),
      ...Object.fromEntries(mapFields),
      pairs: String(scores.length),
      saved,
    },
    shell,
  )
}

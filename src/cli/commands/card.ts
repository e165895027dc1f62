import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { ParsedArgs } from 'citty'
import type { CardFacts, CardLanguage } from '../../card/index.ts'
import { InputError } from '../../errors/index.ts'
import { writeFileAtomic } from '../../files/index.ts'
import { defineCommand } from '../command.ts'
import { HUB_FLAGS, JSON_FLAG, MODEL_ARGUMENT } from '../flags.ts'
import { readCheckpoint } from '../model.ts'
import type { Shell } from '../shell.ts'

const ARGS = {
  ...MODEL_ARGUMENT,
  name: {
    type: 'string',
    valueHint: 'owner/name',
    description: "What people load the model by (default: the folder's name)",
  },
  evaluation: {
    type: 'string',
    valueHint: 'file',
    description: 'What yuju evaluate --json printed, or wrote to .json',
  },
  benchmark: {
    type: 'string',
    valueHint: 'file',
    description: 'What yuju benchmark --json printed, or wrote to .json',
  },
  license: {
    type: 'string',
    valueHint: 'name',
    description: 'The licence, as the hub names it, e.g. apache-2.0',
  },
  'base-model': {
    type: 'string',
    valueHint: 'a,b',
    description: 'The models this one was made from, by hub id',
  },
  datasets: {
    type: 'string',
    valueHint: 'a,b',
    description: 'The data it was trained on, by hub id or name',
  },
  language: {
    type: 'string',
    valueHint: 'a,b',
    default: 'zh',
    description: 'The languages it is for',
  },
  output: {
    type: 'string',
    valueHint: 'folder',
    description: 'The folder of the cards (default: that of the model)',
  },
  overwrite: { type: 'boolean', description: 'Replace README.md and README.zh.md' },
  ...HUB_FLAGS,
  ...JSON_FLAG,
} as const

type CardArgs = ParsedArgs<typeof ARGS>

const FILES: Readonly<Record<CardLanguage, string>> = { en: 'README.md', zh: 'README.zh.md' }

/** Writes README.md and README.zh.md. */
export const card = defineCommand(ARGS, async (args, shell) => {
  const facts = await cardFacts(args, shell)
  const folder = args.output ?? facts.description.folder
  const paths = Object.values(FILES).map((file) => join(folder, file))
  if (!args.overwrite) requireFree(paths)
  const { renderCard } = await import('../../card/index.ts')
  for (const language of ['en', 'zh'] as const) {
    await writeFileAtomic(join(folder, FILES[language]), renderCard(facts, language))
  }
  if (args.license === undefined) shell.note('note: no --license was given; the cards say so')
  if (args.json) shell.printJson({ files: paths })
  else shell.print(paths.join('\n'))
})

async function cardFacts(args: CardArgs, shell: Shell): Promise<CardFacts> {
  const { evaluation, benchmark, license } = args
  const { describeModel, readBenchmark, readEvaluation, readTraining } = await import(
    '../../card/index.ts'
  )
  const description = await describeModel(await readCheckpoint(args.model, args, shell))
  const report = evaluation === undefined ? undefined : await readEvaluation(evaluation)
  return {
    name: args.name ?? nameOf(args.model),
    description,
    evaluation: report,
    evaluatedAs: evaluatedName(report, args.model),
    benchmark: benchmark === undefined ? undefined : await readBenchmark(benchmark),
    training: await readTraining(description.folder),
    license,
    baseModels: listOf(args['base-model']),
    datasets: listOf(args.datasets),
    languages: listOf(args.language),
  }
}

/** A hub id says itself what the model is called; a folder, by its last part. */
function nameOf(model: string): string {
  return existsSync(model) ? basename(resolve(model)) : model
}

/** The model is the only one evaluated, or the one of the same path or, as `modelNames` has it, name. */
function evaluatedName(report: CardFacts['evaluation'], model: string): string | undefined {
  const names = report?.models.map((evaluated) => evaluated.model) ?? []
  if (names.length === 1) return names[0]
  return names.find((name) => resolve(name) === resolve(model) || name === nameOf(model))
}

function listOf(words: string | undefined): string[] {
  return (words ?? '').split(',').flatMap((word) => word.trim() || [])
}

function requireFree(paths: readonly string[]): void {
  const taken = paths.find((path) => existsSync(path))
  if (taken === undefined) return
  throw new InputError('card-exists', `${taken} is there already; give --overwrite to replace it`, {
    facts: { path: taken },
  })
}

import { extname } from 'node:path'
import type { ParsedArgs } from 'citty'
import { REPORT_FORMATS, type ReportFormat } from '../../evaluate/constants.ts'
import type { LoadedTasks, ModelResults, Report } from '../../evaluate/index.ts'
import { given } from '../../options/index.ts'
import { defineCommand } from '../command.ts'
import {
  type EvaluatedModel,
  evaluateModel,
  ROLE_PROMPT_FLAGS,
  VECTOR_CACHE_FLAG,
} from '../evaluated-model.ts'
import { JSON_FLAG, PRECISION_FLAG, RUN_FLAGS, TEXT_FLAGS } from '../flags.ts'
import { textOptions, withDownload } from '../model.ts'
import { modelNames } from '../model-names.ts'
import { COLUMNS_FLAG, pairColumns } from '../pair-columns.ts'
import type { Shell } from '../shell.ts'
import { UsageError } from '../usage-error.ts'

const ARGS = {
  'model…': {
    type: 'positional',
    required: true,
    description: 'Model folders, or owner/name on the hub',
  },
  data: {
    type: 'string',
    valueHint: 'folder',
    description: 'The folder with csts/dev.tsv, afqmc/dev.tsv …',
  },
  hub: { type: 'boolean', description: 'Read the tasks from C-MTEB on the hub, instead of --data' },
  retrieval: {
    type: 'string',
    valueHint: 'folder',
    description: 'A retrieval set to search too: queries, corpus, relevance; may be given again',
  },
  teacher: {
    type: 'string',
    valueHint: 'folder|owner/name',
    description: 'The model the others are compared with',
  },
  tasks: {
    type: 'string',
    valueHint: 'a,b',
    description: 'Which tasks (default: all seven)',
  },
  ...COLUMNS_FLAG,
  'allow-missing': {
    type: 'boolean',
    description: 'Average over the tasks that are there, where some are missing',
  },
  output: {
    type: 'string',
    valueHint: 'file',
    description: 'Write the report to .md, .json or .svg (a bar chart)',
  },
  'teacher-prompt': {
    type: 'string',
    valueHint: 'text',
    description: "The teacher's --prompt (default: that of the others)",
  },
  ...TEXT_FLAGS,
  ...ROLE_PROMPT_FLAGS,
  ...VECTOR_CACHE_FLAG,
  ...PRECISION_FLAG,
  ...RUN_FLAGS,
  ...JSON_FLAG,
} as const

type EvaluateArgs = ParsedArgs<typeof ARGS>

/** Prints a report, or with `--json` the same as one JSON object; writes it too with `--output`. */
export const evaluate = defineCommand(ARGS, async (args, shell, valuesOf) => {
  const { output } = args
  const format = output === undefined ? undefined : reportFormat(output)
  const { createReport, loadRetrievalSet } = await import('../../evaluate/index.ts')
  const loaded = await tasksOf(args, shell)
  const retrieval = await Promise.all(valuesOf('retrieval').map(loadRetrievalSet))
  for (const warning of loaded.tasks.flatMap(({ warnings }) => warnings))
    shell.note(`warning: ${warning}`)
  const results: ModelResults[] = []
  for (const model of modelsOf(args)) {
    results.push(await evaluateModel(model, { tasks: loaded.tasks, retrieval }, { args, shell }))
  }
  const report = createReport(loaded, results, {
    teachers: args.teacher === undefined ? 0 : 1,
    ...given({ allowMissing: args['allow-missing'] }),
  })
  await writeReport(report, { output, format })
  await printReport(report, args, shell)
})

async function tasksOf(args: EvaluateArgs, shell: Shell): Promise<LoadedTasks> {
  const { data, hub = false } = args
  if (hub === (data !== undefined)) {
    throw new UsageError('name the folder of the tasks in --data, or give --hub')
  }
  const names = args.tasks?.split(',').map((name) => name.trim())
  const columns = pairColumns(args.columns)
  const { loadHubTasks, loadTasks } = await import('../../evaluate/index.ts')
  if (data !== undefined) return loadTasks(data, given({ names, columns }))
  return withDownload(args, shell, (options) =>
    loadHubTasks({ ...options, ...given({ names }), environment: shell.env }),
  )
}

function modelsOf(args: EvaluateArgs): EvaluatedModel[] {
  const { teacher, precision, _: models } = args
  const options = textOptions(args)
  const all = teacher === undefined ? models : [teacher, ...models]
  const names = modelNames(all)
  const prompt = args['teacher-prompt']
  return all.map((model, index) => {
    const isTeacher = teacher !== undefined && index === 0
    const chosen = isTeacher ? { ...options, ...given({ prompt }) } : options
    const prompts = { query: args['query-prompt'], document: args['corpus-prompt'] }
    return { model, name: names[index] ?? model, options: chosen, prompts, precision }
  })
}

function reportFormat(output: string): ReportFormat {
  const format = REPORT_FORMATS.find((candidate) => extname(output) === `.${candidate}`)
  if (format) return format
  throw new UsageError(
    `the name of ${output} does not tell its format; end it in .${REPORT_FORMATS.join(', .')}`,
  )
}

interface Target {
  readonly output: string | undefined
  readonly format: ReportFormat | undefined
}

async function writeReport(report: Report, { output, format }: Target): Promise<void> {
  if (output === undefined || format === undefined) return
  const { renderReport } = await import('../../evaluate/index.ts')
  const { writeFileAtomic } = await import('../../files/index.ts')
  await writeFileAtomic(output, await renderReport(report, format))
}

async function printReport(report: Report, { json }: EvaluateArgs, shell: Shell): Promise<void> {
  const { reportJson, textReport } = await import('../../evaluate/internal.ts')
  shell.print(json ? reportJson(report) : textReport(report))
}

import type { ParsedArgs } from 'citty'
import { REPORT_FORMATS, type ReportFormat } from '../../evaluate/constants.ts'
import type { LoadedTasks, ModelResults, Report } from '../../evaluate/index.ts'
import { given } from '../../options/index.ts'
import { defineCommand } from '../command.ts'
import { formatOf, UsageError } from '../command-line.ts'
import {
  type EvaluatedModel,
  evaluateModel,
  ROLE_PROMPT_FLAGS,
  TASK_FLAGS,
  taskOptions,
  VECTOR_CACHE_FLAG,
} from '../evaluated-model.ts'
import { JSON_FLAG, MODELS_ARGUMENT, PRECISION_FLAG, RUN_FLAGS, TEXT_FLAGS } from '../flags.ts'
import { textOptions, withDownload } from '../model.ts'
import { modelNames } from '../model-names.ts'
import type { Shell } from '../shell.ts'

const ARGS = {
  ...MODELS_ARGUMENT,
  data: {
    type: 'string',
    valueHint: 'folder',
    description: 'The folder with csts/dev.tsv, afqmc/dev.tsv …',
  },
  hub: { type: 'boolean', description: 'Read the tasks from C-MTEB on the hub, instead of --data' },
  teacher: {
    type: 'string',
    valueHint: 'folder|owner/name',
    description: 'The model the others are compared with',
  },
  ...TASK_FLAGS,
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
  const format = output === undefined ? undefined : formatOf(output, REPORT_FORMATS)
  const { createReport, loadRetrievalSet } = await import('../../evaluate/index.ts')
  const loaded = await tasksOf(args, shell)
  const retrieval = await Promise.all(valuesOf('retrieval').map(loadRetrievalSet))
  for (const warning of loaded.tasks.flatMap(({ warnings }) => warnings)) shell.warn(warning)
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
  const chosen = taskOptions(args)
  const { loadHubTasks, loadTasks } = await import('../../evaluate/index.ts')
  if (data !== undefined) return loadTasks(data, chosen)
  return withDownload(args, shell, (options) =>
    loadHubTasks({ ...options, ...given({ names: chosen.names }), environment: shell.env }),
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

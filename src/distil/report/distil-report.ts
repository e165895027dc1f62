import { join } from 'node:path'
import type { BenchmarkReport } from '../../benchmark/index.ts'
import { describeModel } from '../../card/index.ts'
import { type Checkpoint, loadCheckpoint } from '../../checkpoint/index.ts'
import { SentenceEncoder } from '../../encoder/index.ts'
import type { Report } from '../../evaluate/index.ts'
import { type EvaluationEntry, readMetrics } from '../../train/index.ts'
import type { DistilOptions } from '../distil-options.ts'
import { promptedEncode } from '../prompted-encode.ts'
import { type Agreement, agreementOf } from '../run/agreement.ts'
import type { DistilFolder } from '../run/distil-folder.ts'
import type { Measure } from '../run/stage-evaluation.ts'
import { reportTasks } from './report-tasks.ts'
import { timeModels } from './time-models.ts'

/** How large a model is. */
export interface ModelSize {
  readonly model: string
  readonly layers: number
  readonly hiddenSize: number
  readonly vocabularySize: number
  readonly dimensions: number
  readonly parameters: number
  /** Of the weights, as they are stored. */
  readonly bytes: number
}

/** How a stage went. */
export interface StageReport {
  readonly name: string
  readonly steps: number
  readonly evaluations: readonly EvaluationEntry[]
}

/** A student beside its teacher. */
export interface DistilReport {
  readonly output: string
  readonly stages: readonly StageReport[]
  /** On the texts that were held out; none where no loss asked the teacher. */
  readonly agreement?: Agreement & { readonly texts: number }
  /** The teacher, where it runs here, then the student. */
  readonly models: readonly ModelSize[]
  /** Scores, gaps and percentages kept, where there were tasks. */
  readonly evaluation?: Report
  /** Cost, latency and throughput, of teachers that run here. */
  readonly timing?: BenchmarkReport
}

interface FinishedRun {
  readonly options: DistilOptions
  readonly folder: DistilFolder
  readonly heldOut: Measure['heldOut']
  /** The folder of the student, as it is handed out. */
  readonly student: string
}

/** Compares the finished student with the teacher. */
export async function reportRun(run: FinishedRun): Promise<DistilReport> {
  const { options, folder, heldOut } = run
  const {
    stages,
    output,
    teacher,
    teacherName = 'teacher',
    timing = {},
    threads,
    backend,
  } = options
  const checkpoint = await loadCheckpoint(run.student)
  await using encoder = await SentenceEncoder.fromCheckpoint(checkpoint, {
    precision: 'float32',
    onWarning: () => {},
    ...(threads === undefined ? {} : { threads }),
    ...(backend === undefined ? {} : { backend }),
  })
  const student = { name: 'student', encoder, prompt: stages.at(-1)?.prompt }
  const isTimed = timing !== false && teacher.encoder && heldOut.texts.length > 0
  return {
    output,
    stages: await Promise.all(
      stages.map(({ name }, index) => stageReport(name, folder.stage(index))),
    ),
    ...(heldOut.texts.length > 1 ? { agreement: await agreementWith(student, heldOut) } : {}),
    models: [
      ...(teacher.encoder ? [await sizeOf(teacherName, teacher.encoder.checkpoint)] : []),
      await sizeOf(student.name, checkpoint),
    ],
    ...(options.tasks
      ? { evaluation: await reportTasks(options.tasks, student, { options, folder }) }
      : {}),
    ...(isTimed && teacher.encoder
      ? {
          timing: await timeModels(
            [
              { model: teacherName, encoder: teacher.encoder },
              { model: student.name, encoder },
            ],
            heldOut.texts,
            { ...options, timing },
          ),
        }
      : {}),
  }
}

export interface Student {
  readonly name: string
  readonly encoder: SentenceEncoder
  readonly prompt: string | undefined
}

async function agreementWith({ encoder, prompt }: Student, { texts, vectors }: Measure['heldOut']) {
  const own = await promptedEncode(encoder, prompt)(texts)
  return { ...agreementOf(own, vectors), texts: texts.length }
}

async function stageReport(name: string, folder: string): Promise<StageReport> {
  const entries = await readMetrics(join(folder, 'training', 'metrics.jsonl'))
  return {
    name,
    steps: entries.reduce((most, { step }) => Math.max(most, step), 0),
    evaluations: entries.filter((entry) => 'scores' in entry),
  }
}

async function sizeOf(model: string, checkpoint: Checkpoint): Promise<ModelSize> {
  const description = await describeModel(checkpoint)
  const { layers, hiddenSize, vocabularySize, dimensions, parameters, weightBytes } = description
  return { model, layers, hiddenSize, vocabularySize, dimensions, parameters, bytes: weightBytes }
}

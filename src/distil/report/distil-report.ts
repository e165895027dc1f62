import { join } from 'node:path'
import {
  type BenchmarkedModel,
  type BenchmarkReport,
  benchmarkModels,
} from '../../benchmark/index.ts'
import { describeModel } from '../../card/index.ts'
import { type Checkpoint, loadCheckpoint } from '../../checkpoint/index.ts'
import { SentenceEncoder } from '../../encoder/index.ts'
import type { Report } from '../../evaluate/index.ts'
import { given } from '../../options/index.ts'
import { physicalCores } from '../../runtime/index.ts'
import { type EvaluationEntry, readMetrics } from '../../train/index.ts'
import type { DistilOptions } from '../distil-options.ts'
import type { DistilFolder } from '../run/distil-folder.ts'
import { agreementsWith, type TeacherAgreement } from '../run/stage-evaluation.ts'
import type { HeldOut } from '../run/teacher-vectors.ts'
import { reportTasks } from './report-tasks.ts'

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
  /** With each group of teachers, on the texts that were held out. */
  readonly agreements: readonly TeacherAgreement[]
  /** The teachers that are encoders and run here, then the student. */
  readonly models: readonly ModelSize[]
  /** Scores, gaps and percentages kept, where there were tasks or retrieval sets. */
  readonly evaluation?: Report
  /** Cost, latency and throughput, of teachers that run here. */
  readonly timing?: BenchmarkReport
}

interface DistilledRun {
  readonly options: DistilOptions
  readonly folder: DistilFolder
  readonly heldOut: readonly HeldOut[]
  /** The folder of the student, as it is handed out. */
  readonly student: string
}

/** Compares the finished student with its teachers. */
export async function reportRun(run: DistilledRun): Promise<DistilReport> {
  const { options, folder, heldOut } = run
  const { stages, output, teachers, threads, backend } = options
  const checkpoint = await loadCheckpoint(run.student)
  await using encoder = await SentenceEncoder.fromCheckpoint(checkpoint, {
    precision: 'float32',
    onWarning: () => {},
    ...given({ threads, backend }),
  })
  const student = { name: 'student', encoder, prompt: stages.at(-1)?.prompt }
  const encoders = Object.entries(teachers).flatMap(([name, teacher]) =>
    teacher.encoder ? [{ model: name, encoder: teacher.encoder }] : [],
  )
  const isMeasured = options.tasks || options.retrieval
  return {
    output,
    stages: await Promise.all(
      stages.map(({ name }, index) => stageReport(name, folder.stage(index))),
    ),
    agreements: await agreementsWith(encoder, heldOut, student.prompt),
    models: await Promise.all([
      ...encoders.map(({ model, encoder: teacher }) => sizeOf(model, teacher.checkpoint)),
      sizeOf(student.name, checkpoint),
    ]),
    ...(isMeasured ? { evaluation: await reportTasks(student, { options, folder }) } : {}),
    ...given({
      timing: await timing([...encoders, { model: student.name, encoder }], { options, heldOut }),
    }),
  }
}

/** In turns, on the same texts: none where teachers run elsewhere, or no text was held out. */
async function timing(
  models: readonly BenchmarkedModel[],
  { options, heldOut }: Pick<DistilledRun, 'options' | 'heldOut'>,
): Promise<BenchmarkReport | undefined> {
  const { timing: settings = {}, threads = physicalCores(), signal, onProgress } = options
  const all = heldOut.flatMap((group) => group.texts.map(({ text }) => text))
  if (settings === false || models.length < 2 || all.length === 0) return undefined
  const { texts = 512, repetitions = 3, ...others } = settings
  return benchmarkModels(models, all.slice(0, texts), {
    ...others,
    ...given({ signal }),
    repetitions,
    threads,
    onProgress: (progress) => onProgress?.({ doing: 'timing', name: 'models', ...progress }),
  })
}

export interface Student {
  readonly name: string
  readonly encoder: SentenceEncoder
  readonly prompt: string | undefined
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

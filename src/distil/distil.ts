import { loadCheckpoint } from '../checkpoint/index.ts'
import { InputError } from '../errors/index.ts'
import { packageVersion } from '../files/index.ts'
import { given } from '../options/index.ts'
import { runtimeVersion } from '../runtime/index.ts'
import { train } from '../train/index.ts'
import type { DistilOptions, DistilStage } from './distil-options.ts'
import { type DistilReport, reportRun } from './report/distil-report.ts'
import { saveStudent, writeRecords } from './report/write-result.ts'
import { DistilFolder } from './run/distil-folder.ts'
import { type Measure, scoreStudent } from './run/stage-evaluation.ts'
import { TeacherVectors } from './run/teacher-vectors.ts'

/**
 * Distils a teacher into a student, and saves it as a folder that sentence-transformers opens.
 *
 * The teacher's vectors are computed once and kept on disk as float16, or a cross-encoder's scores as float32. Then come the stages, each a
 * training of its own that begins where the one before ended; after some steps, and after each stage,
 * the student is compared with its teacher on texts that neither is trained on, and measured on the
 * tasks, where there are any. At the end the student appears as `output`, whole, with a folder
 * `distillation`: `report.json` and `report.md` (tasks, gap, percentage kept, parameters, size, cost,
 * latency, throughput), the learning curve, and of each stage its log and settings.
 *
 * The run works in `<output>.distil`. Interrupted at any point, it goes on with `resume`, and ends
 * with the very weights it would have had.
 *
 * @throws InputError for options that make no sense, an output that is there already, or a run to be
 *   resumed that was another; TeacherError when the teacher fails; RuntimeError for a student that
 *   collapses or a loss that explodes; OutputError for a full disk.
 * @example
 * ```ts
 * import { loadCheckpoint } from 'yuju'
 * import { distil, openTeacher, selectLayers } from 'yuju/distil'
 * import { loadDataset, mse } from 'yuju/train'
 *
 * const dataset = await loadDataset('sentences.txt', { kind: 'sentences' })
 * const model = await loadCheckpoint('my-model')
 * const teachers = { mine: await openTeacher('my-model') }
 * const stages = [{ name: 'general', sources: [{ dataset, loss: mse(), batchSize: 32 }] }]
 * await distil({ teachers, student: async () => selectLayers(model, 4), stages, output: 'student' })
 * ```
 */
export async function distil(options: DistilOptions): Promise<DistilReport> {
  requireStages(options)
  const folder = new DistilFolder(options.output)
  await folder.open(recordOf(options), options.resume ?? false)
  const start = await folder.student(options.student)
  const beginning = await loadCheckpoint(start)
  await using vectors = await TeacherVectors.open(
    options.vectors ?? folder.at('vectors'),
    beginning,
    options,
  )
  const heldOut = await vectors.heldOut()
  let student = start
  for (const [index, stage] of options.stages.entries()) {
    const { tasks, retrieval } = options
    const measure = { heldOut, tasks, retrieval, prompt: stage.prompt }
    if (!(await folder.hasStage(index)))
      await trainStage(stage, { options, folder, vectors, index, measure, student })
    student = folder.stage(index)
  }
  const result = await saveStudent(folder, options)
  const report = await reportRun({ options, folder, heldOut, student: result })
  await writeRecords(result, { options, folder, report })
  await folder.finish(result)
  return report
}

interface StageRun {
  readonly options: DistilOptions
  readonly folder: DistilFolder
  readonly vectors: TeacherVectors
  /** Of the stage, from 0. */
  readonly index: number
  readonly measure: Measure
  /** The folder of the student the stage begins with. */
  readonly student: string
}

async function trainStage(stage: DistilStage, run: StageRun): Promise<void> {
  const { options, folder, vectors, index, measure, student } = run
  const { name, sources: _, evaluateEvery = Number.MAX_SAFE_INTEGER, metric, ...steps } = stage
  const { threads, backend, signal, onStep, onEvaluation, onWarning, onProgress } = options
  onProgress?.({ doing: 'stage', name, done: index, total: options.stages.length })
  await train({
    ...steps,
    model: student,
    output: folder.stage(index),
    sources: vectors.sources(stage),
    evaluation: {
      every: evaluateEvery,
      score: (encoder) => scoreStudent(encoder, measure),
      ...given({ metric }),
    },
    resume: true,
    ...given({ threads, backend, signal, onStep, onEvaluation, onWarning }),
  })
}

/** What must be the same in a run that goes on; stages check the rest themselves. */
function recordOf({ teachers, stages, heldOut, record = {} }: DistilOptions) {
  return {
    versions: { yuju: packageVersion(), onnxruntime: runtimeVersion() },
    teachers: Object.fromEntries(Object.entries(teachers).map(([name, { id }]) => [name, id])),
    stages: stages.map(({ name }) => name),
    heldOut,
    ...record,
  }
}

/** @throws InputError for a run without stages, and stages of one name. */
export function requireStages({ stages }: Pick<DistilOptions, 'stages'>): void {
  const names = stages.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (stages.length > 0 && twice === undefined) return
  const found = twice === undefined ? 'there is none' : `two are called ${twice}`
  throw new InputError(
    'distil-stages',
    `expected at least one stage, each with a name of its own, but ${found}`,
    { facts: { stages: names } },
  )
}

import type { Checkpoint } from '../../checkpoint/index.ts'
import { InputError } from '../../errors/index.ts'
import { stackRows } from '../../similarity/index.ts'
import type { Dataset, Loss, TrainingSource } from '../../train/index.ts'
import type { DistilOptions, DistilSource, DistilStage, Widths } from '../distil-options.ts'
import { TeacherCache } from '../teacher/teacher-cache.ts'
import { TeacherStates } from '../teacher/teacher-states.ts'
import { holdOut, type SplitDataset } from './held-out.ts'

const HELD_OUT = 1000

interface TaughtDataset extends SplitDataset {
  readonly cache: TeacherCache
}

/** The teacher's vectors of every data set it is asked for, and the texts kept to compare on. */
export class TeacherVectors {
  readonly #taught: ReadonlyMap<Dataset, TaughtDataset>
  readonly #states: TeacherStates | undefined
  readonly #teacherHidden: number | undefined

  private constructor(
    taught: ReadonlyMap<Dataset, TaughtDataset>,
    states: TeacherStates | undefined,
    { teacher }: DistilOptions,
  ) {
    this.#taught = taught
    this.#states = states
    this.#teacherHidden = teacher.encoder?.checkpoint.config.hiddenSize
  }

  /**
   * Computes what is not there yet, a file for each data set.
   * @param student as it begins, whose pieces states are computed over
   */
  static async open(
    folder: string,
    student: Checkpoint,
    options: DistilOptions,
  ): Promise<TeacherVectors> {
    const { teacher, stages, heldOut = HELD_OUT, signal, onProgress } = options
    const datasets = taughtDatasets(stages)
    const share = Math.ceil(heldOut / Math.max(1, datasets.length))
    const taught = new Map<Dataset, TaughtDataset>()
    for (const dataset of datasets) {
      const cache = await TeacherCache.open(folder, {
        teacher,
        datasets: [dataset],
        ...(signal ? { signal } : {}),
        onProgress: ({ done, total = done }) =>
          onProgress?.({ doing: 'vectors', name: dataset.name, done, total }),
      })
      taught.set(dataset, { ...holdOut(dataset, share), cache })
    }
    return new TeacherVectors(taught, await openStates(student, options), options)
  }

  /** D of the teacher; 0 where no loss asks it. */
  get dimensions(): number {
    return [...this.#taught.values()][0]?.cache.dimensions ?? 0
  }

  /** The texts of no batch, and the teacher's vectors of them. */
  async heldOut() {
    const parts = [...this.#taught.values()]
    const vectors = parts.map(async ({ heldOut, cache }) => (await cache.vectors(heldOut)).data)
    return {
      texts: parts.flatMap(({ heldOut }) => heldOut),
      vectors: stackRows(await Promise.all(vectors), this.dimensions),
    }
  }

  /** The sources of a stage, as `train` takes them. */
  sources({ sources }: DistilStage, student: number): TrainingSource[] {
    const hidden = this.#teacherHidden
    const widths = {
      student,
      teacher: this.dimensions,
      ...(hidden === undefined ? {} : { teacherHidden: hidden }),
    }
    return sources.map((source) => this.#source(source, widths))
  }

  async close(): Promise<void> {
    for (const { cache } of this.#taught.values()) await cache.close()
    await this.#states?.dispose()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #source({ states = [], ...source }: DistilSource, widths: Widths): TrainingSource {
    const { loss, dataset } = source
    const taught = this.#taught.get(dataset)
    if (isPlain(loss)) return { ...source, loss, dataset: taught?.training ?? dataset }
    return {
      ...source,
      loss: loss(widths),
      dataset: taught?.training ?? dataset,
      ...(taught ? { targets: this.#targets(taught.cache, dataset, states) } : {}),
    }
  }

  #targets(
    cache: TeacherCache,
    { columns }: Dataset,
    states: readonly string[],
  ): NonNullable<TrainingSource['targets']> {
    const vectors = cache.targets({ perColumn: columns > 1 })
    const inside = this.#states
    if (!inside || states.length === 0) return vectors
    return async (examples, texts) => ({
      ...(await vectors(examples)),
      ...(await inside.targets(texts, states)),
    })
  }
}

async function openStates(
  student: Checkpoint,
  { teacher, stages, threads, backend }: DistilOptions,
): Promise<TeacherStates | undefined> {
  const names = new Set(stages.flatMap(({ sources }) => sources.flatMap((s) => s.states ?? [])))
  if (names.size === 0) return undefined
  if (!teacher.encoder) throw notHere([...names])
  return TeacherStates.open({
    teacher: teacher.encoder.checkpoint,
    student,
    names: [...names],
    ...(threads === undefined ? {} : { threads }),
    ...(backend === undefined ? {} : { backend }),
  })
}

function notHere(names: readonly string[]): InputError {
  return new InputError(
    'distil-states-elsewhere',
    `${names.join(', ')} can only be had of a teacher that is a model folder or from the hub; of ` +
      'other teachers only the vectors are known',
    { facts: { names } },
  )
}

function isPlain(loss: DistilSource['loss']): loss is Loss {
  return typeof loss !== 'function'
}

/** The data sets with a loss that asks the teacher, each once. */
function taughtDatasets(stages: readonly DistilStage[]): Dataset[] {
  const sources = stages.flatMap(({ sources }) => sources)
  return [...new Set(sources.filter(({ loss }) => !isPlain(loss)).map(({ dataset }) => dataset))]
}

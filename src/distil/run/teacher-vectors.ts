import type { Checkpoint } from '../../checkpoint/index.ts'
import { InputError } from '../../errors/index.ts'
import { given } from '../../options/index.ts'
import { type Matrix, stackRows } from '../../similarity/index.ts'
import type { Dataset, Loss, TrainingSource } from '../../train/index.ts'
import type { Widths } from '../../train/recipe/index.ts'
import type { DistilOptions, DistilSource, DistilStage, TeacherShare } from '../distil-options.ts'
import type { RoleText } from '../prompted-encode.ts'
import { SourceTargets, TeacherCaches, type WeighedTeacher } from '../teacher/source-targets.ts'
import { TeacherStates } from '../teacher/teacher-states.ts'
import { holdOut, type SplitDataset } from './held-out.ts'

const HELD_OUT = 1000

/** Texts that nobody is trained on, and their vectors by some teachers. */
export interface HeldOut {
  /** Names of the teachers. */
  readonly teachers: string
  readonly texts: readonly RoleText[]
  readonly vectors: Matrix
}

type Taught = Pick<DistilSource, 'dataset' | 'teachers' | 'roles'>

/** The teachers' vectors of every data set they are asked for, and the texts kept to compare on. */
export class TeacherVectors {
  readonly #options: DistilOptions
  readonly #split: ReadonlyMap<Dataset, SplitDataset>
  /** By what `keyOf` says. */
  readonly #taught: ReadonlyMap<string, Taught & { readonly targets: SourceTargets }>
  /** By the teacher's name. */
  readonly #states: ReadonlyMap<string, TeacherStates>

  private constructor(parts: {
    readonly options: DistilOptions
    readonly split: ReadonlyMap<Dataset, SplitDataset>
    readonly taught: ReadonlyMap<string, Taught & { readonly targets: SourceTargets }>
    readonly states: ReadonlyMap<string, TeacherStates>
  }) {
    this.#options = parts.options
    this.#split = parts.split
    this.#taught = parts.taught
    this.#states = parts.states
  }

  /**
   * Computes what is not there yet.
   * @param student as it begins, whose tokens states are computed over
   */
  static async open(
    folder: string,
    student: Checkpoint,
    options: DistilOptions,
  ): Promise<TeacherVectors> {
    const { stages, heldOut = HELD_OUT } = options
    const sources = stages.flatMap(({ sources: all }) => all).filter(({ loss }) => !isPlain(loss))
    const datasets = [...new Set(sources.map(({ dataset }) => dataset))]
    const share = Math.ceil(heldOut / Math.max(1, datasets.length))
    const split = new Map(datasets.map((dataset) => [dataset, holdOut(dataset, share)]))
    const caches = new TeacherCaches(folder)
    const taught = new Map<string, Taught & { readonly targets: SourceTargets }>()
    for (const source of sources) {
      const key = keyOf(source, datasets, options)
      if (taught.has(key)) continue
      taught.set(key, { ...source, targets: await openTargets(source, caches, options) })
    }
    return new TeacherVectors({
      options,
      split,
      taught,
      states: await openStates(student, options),
    })
  }

  /** The texts of no batch, with the vectors of each group of teachers. */
  async heldOut(): Promise<readonly HeldOut[]> {
    const groups = new Map<string, { readonly texts: RoleText[]; readonly blocks: Matrix[] }>()
    for (const { dataset, roles = [], targets, ...source } of this.#taught.values()) {
      const teachers = namesOf(source, this.#options)
      const group = groups.get(teachers) ?? { texts: [], blocks: [] }
      groups.set(teachers, group)
      const examples = this.#split.get(dataset)?.heldOut ?? []
      for (let column = 0; column < dataset.columns; column += 1) {
        const texts = examples.map((example) => example.texts[column] ?? '')
        group.texts.push(...texts.map((text) => ({ text, role: roles[column] })))
        group.blocks.push(await targets.vectors(texts, column))
      }
    }
    return [...groups].map(([teachers, { texts, blocks }]) => {
      const data = blocks.map((block) => block.data)
      return { teachers, texts, vectors: stackRows(data, blocks[0]?.dimensions ?? 0) }
    })
  }

  /** The sources of a stage, as `train` takes them. */
  sources({ sources }: DistilStage, student: number): TrainingSource[] {
    return sources.map((source) => this.#source(source, student))
  }

  async close(): Promise<void> {
    for (const states of this.#states.values()) await states.dispose()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #source(source: DistilSource, student: number): TrainingSource {
    const { loss, states, teachers, ...batches } = source
    const dataset = this.#split.get(source.dataset)?.training ?? source.dataset
    if (isPlain(loss)) return { ...batches, loss, dataset }
    const key = keyOf(source, [...this.#split.keys()], this.#options)
    const targets = this.#taught.get(key)?.targets
    return {
      ...batches,
      loss: loss({ student, ...this.#widths(source, targets) }),
      dataset,
      ...(targets ? { targets: this.#targets(source, targets) } : {}),
    }
  }

  #widths(source: DistilSource, targets: SourceTargets | undefined): Omit<Widths, 'student'> {
    const [first, ...others] = teachersOf(source, this.#options)
    const { hiddenSize } = first?.teacher.encoder?.checkpoint.config ?? {}
    return {
      teacher: targets?.dimensions ?? 0,
      teacherName: namesOf(source, this.#options),
      ...given({ teacherHidden: others.length === 0 ? hiddenSize : undefined }),
    }
  }

  #targets(
    { states = [], ...source }: DistilSource,
    vectors: SourceTargets,
  ): NonNullable<TrainingSource['targets']> {
    const [first] = sharesOf(source, this.#options)
    const inside = this.#states.get(first?.name ?? '')
    if (!inside || states.length === 0) return (examples) => vectors.targets(examples)
    return async (examples, texts) => ({
      ...(await vectors.targets(examples)),
      ...(await inside.targets(texts, states)),
    })
  }
}

function openTargets(
  source: DistilSource,
  caches: TeacherCaches,
  options: DistilOptions,
): Promise<SourceTargets> {
  const { dataset, roles } = source
  const { signal, onProgress } = options
  return SourceTargets.open({
    dataset,
    caches,
    teachers: teachersOf(source, options),
    ...given({ roles, signal }),
    onProgress: (progress) => onProgress?.({ doing: 'vectors', name: dataset.name, ...progress }),
  })
}

/** One session for each teacher that losses look inside of. */
async function openStates(
  student: Checkpoint,
  options: DistilOptions,
): Promise<ReadonlyMap<string, TeacherStates>> {
  const wanted = new Map<string, Set<string>>()
  for (const source of options.stages.flatMap(({ sources }) => sources)) {
    if (!source.states?.length) continue
    const [first] = sharesOf(source, options)
    if (!first) continue
    wanted.set(first.name, new Set([...(wanted.get(first.name) ?? []), ...source.states]))
  }
  const opened = new Map<string, TeacherStates>()
  for (const [teacher, names] of wanted) {
    opened.set(teacher, await openStatesOf(teacher, [...names], { student, options }))
  }
  return opened
}

function openStatesOf(
  name: string,
  names: readonly string[],
  { student, options }: { readonly student: Checkpoint; readonly options: DistilOptions },
): Promise<TeacherStates> {
  const { encoder } = teacherCalled(name, options)
  if (!encoder) throw notHere(names)
  const { threads, backend } = options
  const teacher = encoder.checkpoint
  return TeacherStates.open({ teacher, student, names, ...given({ threads, backend }) })
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

/**
 * The names and weights of a source's teachers.
 * @throws InputError where there is nobody to ask.
 */
function sharesOf(
  { teachers }: Pick<DistilSource, 'teachers'>,
  { teachers: all }: DistilOptions,
): readonly TeacherShare[] {
  const shares =
    teachers ??
    Object.keys(all)
      .slice(0, 1)
      .map((name) => ({ name }))
  if (shares.length > 0) return shares
  const message = 'a loss compares with a teacher, but there is none; name one among the teachers'
  throw new InputError('distil-teacher-missing', message)
}

function teachersOf(source: Pick<DistilSource, 'teachers'>, options: DistilOptions) {
  return sharesOf(source, options).map(
    ({ name, weight = 1 }): WeighedTeacher => ({ teacher: teacherCalled(name, options), weight }),
  )
}

function namesOf(source: Pick<DistilSource, 'teachers'>, options: DistilOptions): string {
  return sharesOf(source, options)
    .map(({ name }) => name)
    .join(' + ')
}

/** Sources of one key have the same targets. */
function keyOf(source: Taught, datasets: readonly Dataset[], options: DistilOptions): string {
  const { dataset, roles = [] } = source
  return JSON.stringify([datasets.indexOf(dataset), sharesOf(source, options), roles])
}

/** @throws InputError for a name that is none of the run's teachers. */
function teacherCalled(name: string, { teachers }: DistilOptions) {
  const teacher = Object.hasOwn(teachers, name) ? teachers[name] : undefined
  if (teacher) return teacher
  const known = Object.keys(teachers)
  throw new InputError(
    'distil-teacher-unknown',
    `there is no teacher called ${JSON.stringify(name)}; the run has: ${known.join(', ') || 'none'}`,
    { facts: { name, known } },
  )
}

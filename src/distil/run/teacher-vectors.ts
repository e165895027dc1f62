import { type Checkpoint, embeddingWidth } from '../../checkpoint/index.ts'
import { InputError } from '../../errors/index.ts'
import { given } from '../../options/index.ts'
import { type Matrix, stackRows } from '../../similarity/index.ts'
import type { Dataset, Loss, TrainingSource } from '../../train/index.ts'
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

/** A source's loss as it is trained, and what it compares with. */
interface FittedSource {
  readonly loss: Loss
  readonly states: readonly string[]
  /** None for a loss on labels. */
  readonly targets: SourceTargets | undefined
}

interface TeacherVectorsParts {
  readonly options: DistilOptions
  readonly split: ReadonlyMap<Dataset, SplitDataset>
  readonly fitted: ReadonlyMap<DistilSource, FittedSource>
  /** By the teacher's name. */
  readonly states: ReadonlyMap<string, TeacherStates>
}

/** The teachers' vectors of every data set they are needed for, and the texts kept to compare on. */
export class TeacherVectors {
  readonly #parts: TeacherVectorsParts

  private constructor(parts: TeacherVectorsParts) {
    this.#parts = parts
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
    const sources = stages.flatMap((stage) => stage.sources)
    const comparing = sources.filter(comparesTeacher)
    const datasets = [...new Set(comparing.map(({ dataset }) => dataset))]
    const share = Math.ceil(heldOut / Math.max(1, datasets.length))
    const split = new Map(datasets.map((dataset) => [dataset, holdOut(dataset, share)]))
    const targets = await openTargets(comparing, folder, options)
    const fitted = new Map(
      sources.map((source) => [
        source,
        fittedSource(source, targets.get(source), { student, options }),
      ]),
    )
    return new TeacherVectors({
      options,
      split,
      fitted,
      states: await openStates(fitted, student, options),
    })
  }

  /** The texts of no batch, with the vectors of each group of teachers. */
  async heldOut(): Promise<readonly HeldOut[]> {
    const { options, split, fitted } = this.#parts
    const sources = new Map([...fitted].map(([source, { targets }]) => [targets, source]))
    const groups = new Map<string, { readonly texts: RoleText[]; readonly blocks: Matrix[] }>()
    for (const [targets, { dataset, roles = [], ...source }] of sources) {
      if (!targets) continue
      const teachers = namesOf(source, options)
      const group = groups.get(teachers) ?? { texts: [], blocks: [] }
      groups.set(teachers, group)
      const examples = split.get(dataset)?.heldOut ?? []
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
  sources({ sources }: DistilStage): TrainingSource[] {
    return sources.flatMap((source) => {
      const fitted = this.#parts.fitted.get(source)
      return fitted ? [this.#source(source, fitted)] : []
    })
  }

  async close(): Promise<void> {
    for (const states of this.#parts.states.values()) await states.dispose()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #source(source: DistilSource, fitted: FittedSource): TrainingSource {
    const { states: _, teachers: __, ...batches } = source
    return {
      ...batches,
      loss: fitted.loss,
      dataset: this.#parts.split.get(source.dataset)?.training ?? source.dataset,
      ...given({ targets: this.#targets(source, fitted) }),
    }
  }

  #targets(
    source: DistilSource,
    { targets: vectors, states }: FittedSource,
  ): TrainingSource['targets'] {
    if (!vectors) return undefined
    const [first] = sharesOf(source, this.#parts.options)
    const inside = this.#parts.states.get(first?.name ?? '')
    if (!inside || states.length === 0) return (examples) => vectors.targets(examples)
    return async (examples, texts) => ({
      ...(await vectors.targets(examples)),
      ...(await inside.targets(texts, states)),
    })
  }
}

/** Whether a source needs a teacher's vectors. */
function comparesTeacher({ loss }: Pick<DistilSource, 'loss'>): boolean {
  return typeof loss === 'function' || loss.forTeacher !== undefined
}

/** What follows from the widths of student and teacher. */
function fittedSource(
  source: DistilSource,
  targets: SourceTargets | undefined,
  run: { readonly student: Checkpoint; readonly options: DistilOptions },
): FittedSource {
  const { loss, dataset } = source
  const widths = () => ({
    student: embeddingWidth(run.student),
    teacher: targets?.dimensions ?? 0,
    teacherName: namesOf(source, run.options),
    ...given({ teacherHidden: hiddenSizeOf(teachersOf(source, run.options)) }),
  })
  const made = typeof loss === 'function' ? loss(widths()) : loss
  const fitted = made.forTeacher?.(widths(), dataset.columns) ?? made
  return { loss: fitted, states: source.states ?? fitted.states ?? [], targets }
}

/** Of a single teacher that runs here. */
function hiddenSizeOf([first, ...others]: readonly WeighedTeacher[]): number | undefined {
  return others.length === 0 ? first?.teacher.encoder?.checkpoint.config.hiddenSize : undefined
}

/** Sources of one data set, the same teachers and roles share theirs. */
async function openTargets(
  sources: readonly DistilSource[],
  folder: string,
  options: DistilOptions,
): Promise<ReadonlyMap<DistilSource, SourceTargets>> {
  const { signal, onProgress } = options
  const caches = new TeacherCaches(folder)
  const datasets = sources.map(({ dataset }) => dataset)
  const opened = new Map<string, SourceTargets>()
  const targets = new Map<DistilSource, SourceTargets>()
  for (const source of sources) {
    const { dataset, roles } = source
    const key = JSON.stringify([datasets.indexOf(dataset), sharesOf(source, options), roles ?? []])
    const own =
      opened.get(key) ??
      (await SourceTargets.open({
        dataset,
        caches,
        teachers: teachersOf(source, options),
        ...given({ roles, signal }),
        onProgress: (progress) =>
          onProgress?.({ doing: 'vectors', name: dataset.name, ...progress }),
      }))
    opened.set(key, own)
    targets.set(source, own)
  }
  return targets
}

/** One session for each teacher that losses look inside of. */
async function openStates(
  fitted: ReadonlyMap<DistilSource, FittedSource>,
  student: Checkpoint,
  options: DistilOptions,
): Promise<ReadonlyMap<string, TeacherStates>> {
  const wanted = new Map<string, Set<string>>()
  for (const [source, { states }] of fitted) {
    if (states.length === 0) continue
    const [first] = sharesOf(source, options)
    if (!first) continue
    wanted.set(first.name, new Set([...(wanted.get(first.name) ?? []), ...states]))
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

import { type Checkpoint, embeddingWidth } from '../../checkpoint/index.ts'
import { InputError } from '../../errors/index.ts'
import { given } from '../../options/index.ts'
import { type Matrix, stackRows } from '../../similarity/index.ts'
import type { Dataset, Example, Loss, TrainingSource } from '../../train/index.ts'
import type { DistilOptions, DistilSource, DistilStage } from '../distil-options.ts'
import type { RoleText } from '../prompted-encode.ts'
import { SourceScores } from '../teacher/source-scores.ts'
import { SourceTargets, TeacherCaches, type WeighedTeacher } from '../teacher/source-targets.ts'
import { TeacherStates } from '../teacher/teacher-states.ts'
import { type Agreement, agreementOf, scoreAgreementOf } from './agreement.ts'
import { holdOut, type SplitDataset } from './held-out.ts'
import {
  kindOf,
  namesOf,
  requireFit,
  requireTeacherOf,
  sharesOf,
  teacherCalled,
  teachersOf,
} from './source-teachers.ts'

const HELD_OUT = 1000

/** Texts that nobody is trained on, and what some teachers say of them. */
export interface HeldOut {
  /** Names of the teachers. */
  readonly teachers: string
  readonly texts: readonly RoleText[]
  /** How far a student's vectors of the texts agree with it. */
  agreement(student: Matrix): Agreement
}

/** A source's vectors, or its scores. */
type Targets = SourceTargets | SourceScores

/** A source's loss as it is trained, and what it compares with. */
interface FittedSource {
  readonly loss: Loss
  readonly states: readonly string[]
  /** None for a loss on labels. */
  readonly targets: Targets | undefined
}

interface TeacherVectorsParts {
  readonly options: DistilOptions
  readonly split: ReadonlyMap<Dataset, SplitDataset>
  readonly fitted: ReadonlyMap<DistilSource, FittedSource>
  /** By the teacher's name. */
  readonly states: ReadonlyMap<string, TeacherStates>
}

/** The teachers' vectors and scores of every data set they are needed for, and the texts kept to compare on. */
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

  /** The texts of no batch: with the vectors of each group of teachers, with the scores of each data set. */
  async heldOut(): Promise<readonly HeldOut[]> {
    return [...(await this.#heldOutVectors()), ...(await this.#heldOutScores())]
  }

  async #heldOutVectors(): Promise<HeldOut[]> {
    const groups = new Map<string, { readonly texts: RoleText[]; readonly blocks: Matrix[] }>()
    for (const [targets, source] of this.#sourcesByTargets()) {
      if (!(targets instanceof SourceTargets)) continue
      const teachers = namesOf(source, this.#parts.options)
      const group = groups.get(teachers) ?? { texts: [], blocks: [] }
      groups.set(teachers, group)
      const columns = textColumns(source, this.#heldOutOf(source))
      for (const [column, texts] of columns.entries()) {
        group.texts.push(...texts)
        group.blocks.push(
          await targets.vectors(
            texts.map(({ text }) => text),
            column,
          ),
        )
      }
    }
    return [...groups].map(([teachers, { texts, blocks }]) => {
      const data = blocks.map((block) => block.data)
      const vectors = stackRows(data, blocks[0]?.dimensions ?? 0)
      return { teachers, texts, agreement: (student) => agreementOf(student, vectors) }
    })
  }

  async #heldOutScores(): Promise<HeldOut[]> {
    const found: HeldOut[] = []
    for (const [targets, source] of this.#sourcesByTargets()) {
      if (!(targets instanceof SourceScores)) continue
      const examples = this.#heldOutOf(source)
      const scores = await targets.scores(examples)
      const candidates = source.dataset.columns - 1
      found.push({
        teachers: namesOf(source, this.#parts.options),
        texts: textColumns(source, examples).flat(),
        agreement: (student) => scoreAgreementOf(student, scores, candidates),
      })
    }
    return found
  }

  /** Of the sources that share their targets, one. */
  #sourcesByTargets(): ReadonlyMap<Targets | undefined, DistilSource> {
    return new Map([...this.#parts.fitted].map(([source, { targets }]) => [targets, source]))
  }

  #heldOutOf({ dataset }: DistilSource): readonly Example[] {
    return this.#parts.split.get(dataset)?.heldOut ?? []
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

  #targets(source: DistilSource, { targets, states }: FittedSource): TrainingSource['targets'] {
    if (!targets) return undefined
    const [first] = sharesOf(source, this.#parts.options)
    const inside = this.#parts.states.get(first?.name ?? '')
    if (!inside || states.length === 0) return (examples) => targets.targets(examples)
    return async (examples, texts) => ({
      ...(await targets.targets(examples)),
      ...(await inside.targets(texts, states)),
    })
  }
}

/** The texts of each column, one column after the other. */
function textColumns({ dataset, roles = [] }: DistilSource, examples: readonly Example[]) {
  return Array.from({ length: dataset.columns }, (_, column) =>
    examples.map(({ texts }): RoleText => ({ text: texts[column] ?? '', role: roles[column] })),
  )
}

/** Whether a source needs a teacher's vectors or scores. */
function comparesTeacher({ loss }: Pick<DistilSource, 'loss'>): boolean {
  return typeof loss === 'function' || loss.forTeacher !== undefined
}

/** What follows from the widths of student and teacher. */
function fittedSource(
  source: DistilSource,
  targets: Targets | undefined,
  run: { readonly student: Checkpoint; readonly options: DistilOptions },
): FittedSource {
  const { loss, dataset } = source
  const widths = () => ({
    student: embeddingWidth(run.student),
    teacher: targets instanceof SourceTargets ? targets.dimensions : 0,
    teacherName: namesOf(source, run.options),
    ...given({ teacherHidden: hiddenSizeOf(teachersOf(source, run.options)) }),
  })
  const made = typeof loss === 'function' ? loss(widths()) : loss
  if (targets && made.forTeacher) requireTeacherOf(made, source, run.options)
  const fitted = made.forTeacher?.(widths(), dataset.columns) ?? made
  return { loss: fitted, states: source.states ?? fitted.states ?? [], targets }
}

/** Of a single teacher that runs here. */
function hiddenSizeOf([first, ...others]: readonly WeighedTeacher[]): number | undefined {
  return others.length === 0 ? first?.teacher.encoder?.checkpoint.config.hiddenSize : undefined
}

/** Sources of one data set, the same teachers and roles share theirs. All are checked before any is computed. */
async function openTargets(
  sources: readonly DistilSource[],
  folder: string,
  options: DistilOptions,
): Promise<ReadonlyMap<DistilSource, Targets>> {
  for (const source of sources) requireFit(source, options)
  const caches = new TeacherCaches(folder)
  const datasets = sources.map(({ dataset }) => dataset)
  const opened = new Map<string, Targets>()
  const targets = new Map<DistilSource, Targets>()
  for (const source of sources) {
    const { dataset, roles } = source
    const key = JSON.stringify([datasets.indexOf(dataset), sharesOf(source, options), roles ?? []])
    const own = opened.get(key) ?? (await openSource(source, caches, options))
    opened.set(key, own)
    targets.set(source, own)
  }
  return targets
}

function openSource(
  { dataset, roles, ...source }: DistilSource,
  caches: TeacherCaches,
  options: DistilOptions,
): Promise<Targets> {
  const { signal, onProgress } = options
  const teachers = teachersOf(source, options)
  const doing = kindOf(teachers)
  const common = {
    dataset,
    caches,
    teachers,
    onProgress: (progress: { readonly done: number; readonly total: number }) =>
      onProgress?.({ doing, name: dataset.name, ...progress }),
    ...given({ signal }),
  }
  return doing === 'scores'
    ? SourceScores.open(common)
    : SourceTargets.open({ ...common, ...given({ roles }) })
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

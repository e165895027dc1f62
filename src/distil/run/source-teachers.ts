import { InputError } from '../../errors/index.ts'
import type { Dataset, Loss } from '../../train/index.ts'
import type { DistilOptions, DistilSource, TeacherShare } from '../distil-options.ts'
import type { WeighedTeacher } from '../teacher/source-targets.ts'

/**
 * The names and weights of a source's teachers.
 * @throws InputError where there is nobody to ask.
 */
export function sharesOf(
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

export function teachersOf(source: Pick<DistilSource, 'teachers'>, options: DistilOptions) {
  return sharesOf(source, options).map(
    ({ name, weight = 1 }): WeighedTeacher => ({ teacher: teacherCalled(name, options), weight }),
  )
}

export function namesOf(source: Pick<DistilSource, 'teachers'>, options: DistilOptions): string {
  return sharesOf(source, options)
    .map(({ name }) => name)
    .join(' + ')
}

/** @throws InputError for a name that is none of the run's teachers. */
export function teacherCalled(name: string, { teachers }: DistilOptions) {
  const teacher = Object.hasOwn(teachers, name) ? teachers[name] : undefined
  if (teacher) return teacher
  const known = Object.keys(teachers)
  throw new InputError(
    'distil-teacher-unknown',
    `there is no teacher called ${JSON.stringify(name)}; the run has: ${known.join(', ') || 'none'}`,
    { facts: { name, known } },
  )
}

/** What teachers of one kind give. */
export function kindOf([first]: readonly WeighedTeacher[]): 'vectors' | 'scores' {
  return first?.teacher.scores ? 'scores' : 'vectors'
}

/** @throws InputError for teachers of two kinds, a loss that wants the other one, or no candidates to score. */
export function requireFit(source: DistilSource, options: DistilOptions): void {
  const { loss, dataset } = source
  const teachers = teachersOf(source, options)
  const kind = kindOf(teachers)
  if (teachers.some((teacher) => kindOf([teacher]) !== kind)) throw mixedTeachers(source, options)
  if (typeof loss !== 'function') requireTeacherOf(loss, source, options)
  const fewest = typeof loss === 'function' ? 2 : loss.columns.min
  if (kind === 'scores' && dataset.columns < fewest) throw fewCandidates(dataset, fewest)
}

function mixedTeachers(source: DistilSource, options: DistilOptions): InputError {
  const { name } = source.dataset
  return new InputError(
    'distil-teachers-mixed',
    `the teachers of ${name}, ${namesOf(source, options)}, are encoders and cross-encoders; expected those of ` +
      'one kind: name the data twice, once for each',
    { facts: { dataset: name } },
  )
}

function fewCandidates({ name, columns }: Dataset, fewest: number): InputError {
  return new InputError(
    'distil-candidates',
    `a cross-encoder scores the first text of an example with each of the others, of which ${name} has ` +
      `${columns - 1}, but the loss needs ${fewest - 1}; use triplets`,
    { facts: { dataset: name, columns, fewest } },
  )
}

/** @throws InputError for a loss on vectors and a teacher of scores, or the other way round. */
export function requireTeacherOf(loss: Loss, source: DistilSource, options: DistilOptions): void {
  const { comparesWith: wanted = 'vectors', name } = loss
  if (kindOf(teachersOf(source, options)) === wanted) return
  const teachers = namesOf(source, options)
  throw new InputError(
    'distil-teacher-kind',
    wanted === 'vectors'
      ? `the loss ${name} compares with vectors, but ${teachers} is a cross-encoder, which only scores pairs; use ` +
          'score_margins or score_distribution, or name an encoder as teacher'
      : `the loss ${name} compares with the scores of a cross-encoder, but ${teachers} gives vectors; name a ` +
          'cross-encoder as teacher, or use a loss on vectors',
    { facts: { loss: name, teachers } },
  )
}

import { inspect } from 'node:util'
import { z } from 'zod'
import { InputError } from '../../errors/index.ts'
import { given } from '../../options/index.ts'
import type { Loss, Widths } from './loss.ts'

/** What a loss says of itself: recipes, checks, documents and batches go by it. */
export interface LossDefinition<
  Options extends z.ZodRawShape = z.ZodRawShape,
  TeacherOptions extends z.ZodRawShape = z.ZodRawShape,
> {
  /** As recipes and logs call it. */
  readonly name: string
  /** The data it takes, for the documents. */
  readonly data?: string
  /** What it does, for the documents. */
  readonly summary: string
  /** What each option may be, and its default. Recipes have the same, in snake_case. */
  readonly options: Options
  /** Of a loss that compares with a teacher. */
  readonly teacher?: {
    /** Options that recipes do not have, as they follow from the teacher. */
    readonly options: TeacherOptions
    /** @param columns of the data set */
    optionsFor(widths: Widths, columns: number): z.input<z.ZodObject<TeacherOptions>>
  }
  /** See `Loss`. */
  readonly inBatchNegatives?: boolean
  /** The loss of options that were checked and have their defaults. */
  make(options: z.output<z.ZodObject<Options>> & z.output<z.ZodObject<TeacherOptions>>): Omit<
    Loss,
    'name' | 'inBatchNegatives' | 'forTeacher'
  > & {
    /**
     * Whether embeddings are compared with a teacher's number by number, so that both need one width.
     * Default false.
     */
    readonly equalWidths?: boolean
  }
}

/** A loss that can be built of options that nobody checked. */
export interface DefinedLoss extends Omit<LossDefinition, 'make'> {
  /** @throws InputError when an option is unknown, missing or impossible. */
  build(options?: object): Loss
}

export function defineLoss<
  Options extends z.ZodRawShape,
  // biome-ignore lint/complexity/noBannedTypes: no options at all, where there is no teacher.
  TeacherOptions extends z.ZodRawShape = {},
>(definition: LossDefinition<Options, TeacherOptions>): DefinedLoss {
  const { name, options, teacher, inBatchNegatives = false, make } = definition
  const schema = z.strictObject({ ...options, ...teacher?.options })
  function build(unchecked: object = {}): Loss {
    const checked = checkedOptions(name, schema, unchecked) as Parameters<typeof make>[0]
    const { equalWidths = false, ...loss } = make(checked)
    const forTeacher = (widths: Widths, columns: number) => {
      if (equalWidths) requireEqualWidths(name, widths)
      return build({ ...teacher?.optionsFor(widths, columns), ...given(unchecked) })
    }
    return { name, inBatchNegatives, ...loss, ...(teacher ? { forTeacher } : {}) }
  }
  return { ...definition, build }
}

function requireEqualWidths(name: string, { student, teacher }: Widths): void {
  if (student === teacher) return
  throw new InputError(
    'distil-widths',
    `${name} compares vectors number by number, but the student's have ${student} numbers and the ` +
      `teacher's ${teacher}; use cosine_to_teacher, similarity_matrix or similarity_distribution`,
    { facts: { loss: name, student, teacher } },
  )
}

/** What options of several losses may be. */
export const positive = z.number().positive()
export const size = z.number().int().positive()
/** Counted from 0. */
export const layer = z.number().int().nonnegative()

/**
 * The options with their defaults; one that is undefined counts as not given.
 * @param name of the loss
 * @throws InputError naming the first option that is unknown, missing or impossible.
 */
export function checkedOptions<Schema extends z.ZodObject>(
  name: string,
  schema: Schema,
  options: object,
): z.output<Schema> {
  const result = schema.safeParse(given(options), { reportInput: true })
  if (result.success) return result.data
  const [{ path = [], input = options, message = '' } = {}] = result.error.issues
  const option = path.filter((key) => typeof key === 'string').join('.')
  throw new InputError(
    'loss-option',
    `the loss ${name} cannot have ${option === '' ? 'these options' : `the option ${option}`} ` +
      `${inspect(input)}: ${message}`,
    { facts: { loss: name, option, value: input } },
  )
}

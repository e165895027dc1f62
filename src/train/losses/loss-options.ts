import { inspect } from 'node:util'
import { z } from 'zod'
import { InputError } from '../../errors/index.ts'
import { given } from '../../options/index.ts'

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

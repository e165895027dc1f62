import { InputError } from '../../errors/index.ts'
import type { DistilOptions } from '../distil-options.ts'

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

import { InputError } from '../../errors/index.ts'

/** Checks of what losses are made with; each gives back the value it was given. */

/** @throws InputError unless `value` is a finite number above 0. */
export function positive(option: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value
  throw invalidOption(option, 'a number above 0', value)
}

/** @throws InputError unless `value` is a finite number, 0 or above. */
export function notNegative(option: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value
  throw invalidOption(option, 'a number not below 0', value)
}

/** @throws InputError unless `value` is an integer of at least `least`. */
export function integer(option: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw invalidOption(option, `an integer of at least ${least}`, value)
}

/** @throws InputError when `list` has no element. */
export function filled<T>(option: string, list: readonly T[]): readonly T[] {
  if (list.length > 0) return list
  throw invalidOption(option, 'a list with at least one element', '[]')
}

export function invalidOption(option: string, expected: string, value: unknown): InputError {
  return new InputError(
    'loss-option',
    `the option ${option} of a loss must be ${expected}, not ${value}`,
    { facts: { option, value } },
  )
}

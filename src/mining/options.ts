import { InputError } from '../errors/index.ts'

/** @throws InputError when a cosine similarity is not from -1 to 1. */
export function requireScore(name: string, value: number): number {
  if (value >= -1 && value <= 1) return value
  throw new InputError(
    'option-range',
    `${name} must be a cosine similarity from -1 to 1, but is ${value}`,
    { facts: { name, value } },
  )
}

/** @throws InputError when a count is not a whole number from `min` (default 1). */
export function requireWhole(name: string, value: number, min = 1): number {
  if (Number.isSafeInteger(value) && value >= min) return value
  throw new InputError(
    'option-range',
    `${name} must be a whole number from ${min}, but is ${value}`,
    { facts: { name, value, min } },
  )
}

/** @throws InputError when a distance between scores is not from 0 to 2. */
export function requireMargin(name: string, value: number): number {
  if (value >= 0 && value <= 2) return value
  throw new InputError(
    'option-range',
    `${name} is how far below a positive a negative stays, from 0 to 2, but is ${value}`,
    { facts: { name, value } },
  )
}

import type { Value } from '../../graph/index.ts'
import { add, multiply, reduceMean, reduceSum } from '../../graph/operations.ts'

/** The mean of all elements: a scalar. */
export const mean = (x: Value) => reduceMean(x, [...x.shape.keys()])

/** The sum of all elements: a scalar. */
export const sum = (x: Value) => reduceSum(x, [...x.shape.keys()])

export const square = (x: Value) => multiply(x, x)

/** The sum of scalars. */
export const total = (parts: readonly Value[]) => parts.reduce((a, b) => add(a, b))

import { z } from 'zod'
import { camelCased, snakeCase } from '../../options/index.ts'
import {
  type DefinedLoss,
  type Loss,
  type LossList,
  lossNamed,
  type MatryoshkaOptions,
  matryoshka,
  matryoshkaOptions,
  weightedSum,
} from '../losses/index.ts'

/** A loss as a recipe describes it, with the options of its definition. */
export interface LossRecipe {
  readonly name: string
  /** What it is multiplied by where several are added up. Default 1. */
  readonly weight?: number
  /** Also trains the embeddings' first components to do alone. */
  readonly matryoshka?: MatryoshkaOptions
}

/** One of these losses, or several whose weighted sum counts; always an array afterwards. */
export function lossesSchema(losses: LossList): z.ZodType<readonly LossRecipe[]> {
  const names = losses.map(({ name }) => name).join(', ')
  const [first, ...others] = losses
  const loss = z.discriminatedUnion('name', [lossSchema(first), ...others.map(lossSchema)], {
    error: ({ code }) => (code === 'invalid_union' ? `expected one of ${names}` : undefined),
  })
  return z.preprocess((given) => (Array.isArray(given) ? given : [given]), z.array(loss).min(1))
}

function lossSchema({ name, options, teacher }: DefinedLoss) {
  const fields = Object.entries(options).map(([option, field]) => [
    snakeCase(option),
    // The default is left to the loss, so that a recipe is kept as it was written.
    field instanceof z.ZodDefault ? z.exactOptional(field.unwrap()) : field,
  ])
  const own: object = Object.fromEntries(fields)
  const shortened: object = teacher ? {} : { matryoshka: matryoshkaOptions.exactOptional() }
  const weight = z.number().positive().exactOptional()
  return z.strictObject({ name: z.literal(name), ...own, weight, ...shortened })
}

/** The losses of a data set as one: their weighted sum, or a single one of weight 1 itself. */
export function lossOf(recipes: readonly LossRecipe[]): Loss {
  const parts = recipes.map((recipe) => ({ ...recipe, loss: singleLoss(recipe) }))
  const [first, ...others] = parts
  return first && others.length === 0 && (first.weight ?? 1) === 1 ? first.loss : weightedSum(parts)
}

function singleLoss({ name, weight: _, matryoshka: shortening, ...options }: LossRecipe): Loss {
  const loss = lossNamed(name).build(camelCased(options))
  return shortening ? matryoshka(loss, shortening) : loss
}

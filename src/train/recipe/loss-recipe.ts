import { z } from 'zod'
import {
  contrastive,
  cosent,
  cosineSimilarity,
  DISTANCES,
  type Loss,
  matryoshka,
  multipleNegatives,
  onlineContrastive,
  triplet,
  weightedSum,
} from '../losses/index.ts'

const scale = z.number().positive().exactOptional()
const distance = z.enum(DISTANCES).exactOptional()
const margin = z.number().nonnegative().exactOptional()

/** Also train the embeddings' first components to do alone. */
const shortened = z
  .strictObject({
    dimensions: z.array(z.number().int().positive()).min(1),
    weights: z.array(z.number().positive()).exactOptional(),
  })
  .exactOptional()

/** What a loss is multiplied by where several are added up. */
export const lossWeight = { weight: z.number().positive().exactOptional() } as const
const common = { ...lossWeight, matryoshka: shortened } as const

/** The losses on labelled data, as recipes name them. */
export const labelLosses = [
  z.strictObject({ name: z.literal('cosent'), scale, ...common }),
  z.strictObject({ name: z.literal('cosine_similarity'), ...common }),
  z.strictObject({ name: z.literal('contrastive'), margin, distance, ...common }),
  z.strictObject({ name: z.literal('online_contrastive'), margin, distance, ...common }),
  z.strictObject({
    name: z.literal('multiple_negatives'),
    scale,
    symmetric: z.boolean().exactOptional(),
    ...common,
  }),
  z.strictObject({ name: z.literal('triplet'), distance, margin, ...common }),
] as const
const labelLossSchema = z.discriminatedUnion('name', labelLosses)
export type LabelLossRecipe = z.infer<typeof labelLossSchema>

/** One loss, or several whose weighted sum counts; always an array afterwards. */
export function lossesSchema<Schema extends z.ZodType>(loss: Schema) {
  return z.preprocess((given) => (Array.isArray(given) ? given : [given]), z.array(loss).min(1))
}

export const labelLossesSchema = lossesSchema(labelLossSchema)

/** Their weighted sum; a single loss of weight 1 is itself. */
export function sumOf(parts: readonly { readonly loss: Loss; readonly weight?: number }[]): Loss {
  const [first, ...others] = parts
  return first && others.length === 0 && (first.weight ?? 1) === 1 ? first.loss : weightedSum(parts)
}

export function labelLossOf(recipe: LabelLossRecipe): Loss {
  const loss = plainLoss(recipe)
  return recipe.matryoshka ? matryoshka(loss, recipe.matryoshka) : loss
}

function plainLoss({ matryoshka: _, weight: __, ...recipe }: LabelLossRecipe): Loss {
  switch (recipe.name) {
    case 'cosent':
      return cosent(recipe)
    case 'cosine_similarity':
      return cosineSimilarity()
    case 'contrastive':
      return contrastive(recipe)
    case 'online_contrastive':
      return onlineContrastive(recipe)
    case 'multiple_negatives':
      return multipleNegatives(recipe)
    case 'triplet':
      return triplet(recipe)
    default:
      return recipe satisfies never
  }
}

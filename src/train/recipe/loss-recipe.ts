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

/** A loss as a recipe names it. */
export const lossSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('cosent'), scale, matryoshka: shortened }),
  z.strictObject({ name: z.literal('cosine_similarity'), matryoshka: shortened }),
  z.strictObject({ name: z.literal('contrastive'), margin, distance, matryoshka: shortened }),
  z.strictObject({
    name: z.literal('online_contrastive'),
    margin,
    distance,
    matryoshka: shortened,
  }),
  z.strictObject({
    name: z.literal('multiple_negatives'),
    scale,
    symmetric: z.boolean().exactOptional(),
    matryoshka: shortened,
  }),
  z.strictObject({ name: z.literal('triplet'), distance, margin, matryoshka: shortened }),
])
export type LossRecipe = z.infer<typeof lossSchema>

export function lossOf(recipe: LossRecipe): Loss {
  const loss = plainLoss(recipe)
  return recipe.matryoshka ? matryoshka(loss, recipe.matryoshka) : loss
}

function plainLoss({ matryoshka: _, ...recipe }: LossRecipe): Loss {
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

import { z } from 'zod'
import type { ModelAverage } from '../train-options.ts'
import { modelPath } from './model-path.ts'

/** Saves a model between the trained one and another, the one before training by default. */
export const averageSchema = z.strictObject({
  model: z.string().min(1).exactOptional(),
  share: z.number().min(0).max(1),
})

export function averageOf(
  { model, share }: z.infer<typeof averageSchema>,
  folder: string,
): ModelAverage {
  return { share, ...(model === undefined ? {} : { model: modelPath(model, folder) }) }
}

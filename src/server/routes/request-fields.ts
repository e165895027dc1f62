import { z } from '@hono/zod-openapi'
import type { Service } from '../app.ts'

/** A field that may be missing, or be null, as many clients send what they do not set. */
export function optional<Schema extends z.ZodType>(schema: Schema, fallback: z.output<Schema>) {
  return schema
    .nullish()
    .transform((value) => value ?? fallback)
    .openapi({ default: fallback })
}

/** Fields that several of text-embeddings-inference's routes have. */
export function teiFields({ models, settings }: Pick<Service, 'models' | 'settings'>) {
  const prompts = [...models].flatMap(({ description }) => Object.keys(description.prompts))
  return {
    model: z
      .string()
      .nullish()
      .openapi({
        enum: [...models.names, null],
        description: 'Default: the first model. Not in text-embeddings-inference.',
      }),
    prompt_name: z
      .string()
      .nullish()
      .openapi({
        enum: [...new Set(prompts), null],
        description: 'One of the model’s prompts, to be put before every text.',
      }),
    truncate: optional(z.boolean(), settings.truncate).openapi({
      description: 'Truncate texts that are too long.',
    }),
    /** Texts are truncated at their end only. */
    truncation_direction: z.literal(['right', 'Right']).nullish(),
  }
}

import type { z } from '@hono/zod-openapi'

/** A field that may be left out, or be null, as many clients send what they leave out. */
export function optional<Schema extends z.ZodType>(schema: Schema, fallback: z.output<Schema>) {
  return schema
    .nullish()
    .transform((value) => value ?? fallback)
    .openapi({ default: fallback })
}
